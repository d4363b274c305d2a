/** The run-time half of nunjucks, which ships without types: only what `template.ts` uses. */
declare module 'nunjucks/browser/nunjucks-slim.js' {
  interface PrecompiledLoader {
    readonly precompiled: Readonly<Record<string, object>>;
  }
  class Environment {
    constructor(loader: PrecompiledLoader, options: { readonly autoescape: boolean; readonly throwOnUndefined: boolean });
    addFilter(name: string, filter: (value: unknown) => string): void;
    render(name: string, values: object): string;
  }
  const nunjucks: {
    readonly Environment: typeof Environment;
    readonly PrecompiledLoader: new (templates: Readonly<Record<string, object>>) => PrecompiledLoader;
  };
  export default nunjucks;
}
