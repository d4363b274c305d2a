/** LCOV tracefiles (geninfo(1), "FILES"): the sums of all records, in counts and percent. */
import { exact } from '../core/metric.ts';

const KINDS = [
  ['lines', 'LF', 'LH', 'DA'],
  ['branches', 'BRF', 'BRH', 'BRDA'],
  ['functions', 'FNF', 'FNH', 'FNDA'],
] as const;

/** `lines`, `branches`, `functions` in percent, `lines_found`, `lines_hit` and so on; undefined without a record. A kind nobody counted has no figure. */
export function lcovFigures(text: string): Readonly<Record<string, number>> | undefined {
  if (!/^SF:/m.test(text)) return undefined;
  const sums = new Map<string, number>();
  const add = (key: string, amount: number): void => void sums.set(key, (sums.get(key) ?? 0) + amount);
  for (const line of text.split(/\r?\n/)) {
    const [, key = '', value = ''] = /^([A-Z]+):(.*)$/.exec(line) ?? [];
    if (/^(?:LF|LH|BRF|BRH|FNF|FNH)$/.test(key)) add(key, Number(value) || 0);
    else if (key === 'DA' || key === 'BRDA' || key === 'FNDA') {
      // DA:line,hits  BRDA:line,block,branch,hits  FNDA:hits,name
      const hits = key === 'FNDA' ? value.split(',')[0] : value.split(',')[key === 'DA' ? 1 : 3];
      add(`${key} found`, 1);
      if (Number(hits) > 0) add(`${key} hit`, 1);
    }
  }
  const figures: Record<string, number> = {};
  for (const [name, foundKey, hitKey, each] of KINDS) {
    const found = sums.get(foundKey) ?? sums.get(`${each} found`);
    if (found === undefined || found === 0) continue;
    const hit = sums.has(foundKey) ? (sums.get(hitKey) ?? 0) : (sums.get(`${each} hit`) ?? 0);
    Object.assign(figures, { [name]: exact((hit * 100) / found), [`${name}_found`]: found, [`${name}_hit`]: hit });
  }
  return figures;
}
