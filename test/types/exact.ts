/** True only for one and the same type; `any` equals nothing but `any`. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only if the value's type is exactly `Expected`: `exact<string>()(ctx.params.id)`. */
export function exact<Expected>(): <Actual>(
  value: Actual,
  ...proof: Equal<Expected, Actual> extends true ? [] : [{ readonly expected: Expected; readonly got: Actual }]
) => void {
  return () => {}
}

/** A type, as a value for {@link exact}; nothing is ever run. */
export declare function typeOf<T>(): T
