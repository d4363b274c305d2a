import type { Plugin } from 'esbuild';

export const inkPlugins: readonly Plugin[];
