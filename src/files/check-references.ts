/** Which steps a check names, as the author of a review or in an expression; and other names in their place. */
import { conditionPaths } from './condition.ts';
import { derived, type Origins } from './origins.ts';
import { type CheckSource, isPath } from './workflow-checks.ts';
import type { YamlPath } from './yaml-source.ts';

/** Every mention of a step, below the list of checks. */
export function checkReferences(checks: readonly CheckSource[]): { readonly path: YamlPath; readonly step: string }[] {
  return checks.flatMap(({ verdict, dispositions, expr }, index) => [
    ...(verdict?.of === undefined || isPath(verdict.of) ? [] : [{ path: [index, 'verdict', 'of'], step: verdict.of }]),
    ...(dispositions === undefined || isPath(dispositions.of) ? [] : [{ path: [index, 'dispositions', 'of'], step: dispositions.of }]),
    ...conditionPaths(expr ?? '').flatMap(([root, name]) =>
      root === 'steps' && name !== undefined ? [{ path: [index, 'expr'], step: name }] : [],
    ),
  ]);
}

export interface CheckRenaming {
  /** The step that delivers the review of this one. */
  readonly review: (id: string, path: YamlPath) => string;
  readonly condition: (text: string, path: YamlPath) => string;
}

/** The checks with other names for steps; paths are below the list. */
export function renamedChecks(
  checks: readonly CheckSource[],
  { review, condition }: CheckRenaming,
  origins: Origins,
): readonly CheckSource[] {
  const named = (of: string, path: YamlPath): string => (isPath(of) ? of : review(of, path));
  const made = checks.map((check, index) => {
    const { verdict, dispositions, expr } = check;
    if (verdict?.of !== undefined) {
      const of = named(verdict.of, [index, 'verdict', 'of']);
      return derived(origins, { ...check, verdict: derived(origins, { ...verdict, of }, verdict) }, check);
    }
    if (dispositions !== undefined) {
      const of = named(dispositions.of, [index, 'dispositions', 'of']);
      return derived(origins, { ...check, dispositions: derived(origins, { ...dispositions, of }, dispositions) }, check);
    }
    return expr === undefined ? check : derived(origins, { ...check, expr: condition(expr, [index, 'expr']) }, check);
  });
  return derived(origins, made, checks);
}
