/** All of nunjucks, without its file loaders, which ships without types: only what `template-*.ts` uses. */
declare module 'nunjucks/browser/nunjucks.js' {
  type Named = Record<string, (...values: never[]) => unknown>;
  interface Loaded {
    readonly src: string;
    readonly path: string;
    readonly noCache: boolean;
  }
  class Environment {
    constructor(loaders: readonly { getSource(name: string): Loaded | null }[], options: Readonly<Record<string, boolean>>);
    readonly filters: Named;
    readonly tests: Named;
    globals: object;
    getTemplate: (name: string, ...more: never[]) => unknown;
    addFilter(name: string, filter: (...values: never[]) => unknown): void;
    render(name: string, values: object): string;
  }
  const nunjucks: {
    readonly Environment: typeof Environment;
    readonly parser: { parse(text: string, extensions: readonly never[], options: Readonly<Record<string, boolean>>): unknown };
    readonly runtime: {
      memberLookup: (from: unknown, name: unknown) => unknown;
      suppressValue: (value: unknown, autoescape: boolean) => unknown;
      callWrap: (called: unknown, name: string, context: unknown, values: readonly unknown[]) => unknown;
      readonly Frame: { readonly prototype: { set: (name: string, value: unknown, resolveUp?: boolean) => void } };
    };
  };
  export default nunjucks;
}
