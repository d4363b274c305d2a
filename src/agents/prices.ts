/** What tokens cost, by a price list kept by others; loaded by nobody who does not need it. An agent's own figure is better than this. */
import type { Prices, Usage } from '../core/budget.ts';

/** True for a model whose price is known, written down or in the list. */
export async function hasPrice(model: string, own: Prices): Promise<boolean> {
  return (await priced({ inputTokens: 1, outputTokens: 1, model }, own)).usd !== undefined;
}

const MILLION = 1_000_000;

/** The usage with what it costs: what it says already, else by the own prices, else by the list; without a model of a known price it stays as it is. */
export async function priced(usage: Usage, own: Prices): Promise<Usage> {
  const { model, inputTokens, outputTokens, cachedTokens = 0 } = usage;
  if (usage.usd !== undefined || model === undefined) return usage;
  const price = Object.hasOwn(own, model) ? own[model] : undefined;
  if (price !== undefined) {
    const fresh = (inputTokens - cachedTokens) * price.input + cachedTokens * (price.cached ?? price.input);
    return { ...usage, usd: (fresh + outputTokens * price.output) / MILLION };
  }
  const { calcPrice } = await import('@pydantic/genai-prices');
  // names like provider/model are the provider's business, not the list's
  const name = model.slice(model.lastIndexOf('/') + 1);
  const found = calcPrice({ input_tokens: inputTokens, output_tokens: outputTokens, cache_read_tokens: cachedTokens }, name);
  return found === null ? usage : { ...usage, usd: found.total_price };
}
