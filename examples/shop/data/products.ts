export const CATEGORIES = ['coffee', 'tea', 'brewing', 'cups'] as const

export interface Product {
  readonly sku: string
  readonly name: string
  readonly category: (typeof CATEGORIES)[number]
  readonly price: { readonly amount: number; readonly currency: 'EUR' }
  readonly description: string
}

const product = (sku: string, category: Product['category'], name: string, amount: number, description: string): Product => ({
  sku,
  name,
  category,
  price: { amount, currency: 'EUR' },
  description,
})

/** What the shop sells; prices in cents. */
export const PRODUCTS: readonly Product[] = [
  product('COF-1001', 'coffee', 'Yirgacheffe, washed, 250 g', 1290, 'Light roast: bergamot, white peach, black tea.'),
  product('COF-1002', 'coffee', 'Huila, honey process, 250 g', 1190, 'Medium roast: red apple, caramel, cocoa nibs.'),
  product('COF-1003', 'coffee', 'House espresso, 1 kg', 2690, 'Dark roast for milk drinks: hazelnut and molasses.'),
  product('COF-1004', 'coffee', 'Decaf, sugar-cane process, 250 g', 1250, 'Medium roast without caffeine: plum and toffee.'),
  product('COF-1005', 'coffee', 'Kirinyaga AA, 250 g', 1590, 'Light roast: blackcurrant and tomato leaf.'),
  product('COF-1006', 'coffee', 'Cold brew blend, 500 g', 1850, 'Coarse-ground blend for twelve slow hours.'),
  product('TEA-2001', 'tea', 'Sencha, first flush, 100 g', 1420, 'Steamed green tea, grassy and sweet.'),
  product('TEA-2002', 'tea', 'Darjeeling, second flush, 100 g', 1350, 'Muscatel black tea from steep gardens.'),
  product('TEA-2003', 'tea', 'Tie Guan Yin, 100 g', 1690, 'Lightly oxidised oolong with orchid notes.'),
  product('TEA-2004', 'tea', 'Rooibos with orange peel, 150 g', 790, 'Caffeine-free evening tea.'),
  product('TEA-2005', 'tea', 'Genmaicha, 100 g', 990, 'Green tea with roasted rice.'),
  product('TEA-2006', 'tea', 'Lapsang, pine smoked, 100 g', 1190, 'Black tea dried over pinewood.'),
  product('BRW-3001', 'brewing', 'Pour-over cone, size 2', 2450, 'Ceramic cone with spiral ribs, for filter papers.'),
  product('BRW-3002', 'brewing', 'Gooseneck kettle, 0.9 l', 6900, 'Stainless steel, with a thermometer in the lid.'),
  product('BRW-3003', 'brewing', 'Hand grinder, steel burrs', 8900, 'Thirty settings, 25 g hopper.'),
  product('BRW-3004', 'brewing', 'Filter papers, 100 pieces', 650, 'Oxygen-bleached, size 2.'),
  product('BRW-3005', 'brewing', 'Cast-iron teapot, 0.6 l', 5400, 'Enamelled inside, with a steel strainer.'),
  product('BRW-3006', 'brewing', 'Scale with timer', 4200, 'Reads 0.1 g, up to 2 kg.'),
  product('CUP-4001', 'cups', 'Stoneware cup, 200 ml', 1600, 'Thrown and glazed by hand; no two alike.'),
  product('CUP-4002', 'cups', 'Espresso cup with saucer', 1450, 'Thick porcelain that keeps 60 ml hot.'),
  product('CUP-4003', 'cups', 'Double-walled glass, 350 ml', 1250, 'Cool outside, hot inside.'),
  product('CUP-4004', 'cups', 'Enamel mug, 300 ml', 980, 'For the garden and the mountain.'),
  product('CUP-4005', 'cups', 'Travel mug, 350 ml', 2900, 'Leak-proof lid, five hours warm.'),
  product('CUP-4006', 'cups', 'Tea bowl, 120 ml', 2200, 'Unglazed foot, ash glaze above.'),
]

/** Pieces on the shelf when the orders service starts; sold ones are subtracted in its memory. */
export const STOCK: Readonly<Record<string, number>> = Object.fromEntries(
  PRODUCTS.map(({ sku }, index) => [sku, sku === 'BRW-3003' ? 3 : 40 + ((index * 17) % 60)]),
)
