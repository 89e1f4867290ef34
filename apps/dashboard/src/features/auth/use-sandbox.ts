import { useConfig } from './use-config.ts';

export const useSandbox = (): boolean | undefined => useConfig()?.sandbox;
