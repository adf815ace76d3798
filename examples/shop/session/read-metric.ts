/** One sample of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Reads the samples of one metric from the gateway's admin listener (Prometheus text format). */
export async function readMetric(adminUrl: string, name: string): Promise<readonly Sample[]> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  return [...text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\d+)$`, 'gm'))].map(([, labels = '', value]) => ({
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text])),
    value: Number(value),
  }))
}
