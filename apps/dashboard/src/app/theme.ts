import { createTheme, type CSSVariablesResolver } from '@mantine/core';
import { SteadyButton } from '../ui/steady-button.tsx';

/** Shades and greys are chosen for WCAG AA contrast; Mantine's own defaults miss it in places. */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  components: {
    Button: { defaultProps: { component: SteadyButton } },
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
  },
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5a626b',
    '--mantine-color-placeholder': '#6b747d',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    // Softer than Mantine's, and dark enough on it.
    '--mantine-color-red-light': 'var(--mantine-color-red-0)',
    '--mantine-color-yellow-light': 'var(--mantine-color-yellow-0)',
    '--mantine-color-yellow-light-color': '#734a00',
    '--mantine-color-teal-light': 'var(--mantine-color-teal-0)',
    '--mantine-color-teal-light-color': '#066649',
    '--mantine-color-indigo-light': 'var(--mantine-color-indigo-0)',
    '--xeno-page': '#f6f7f9',
    '--xeno-better': 'var(--mantine-color-teal-9)',
    '--xeno-worse': 'var(--mantine-color-red-9)',
    '--xeno-line': 'var(--mantine-color-indigo-7)',
    '--xeno-line-before': '#868e96',
  },
  dark: {
    '--mantine-color-dimmed': '#b2b6bd',
    '--mantine-color-placeholder': '#8d929b',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--mantine-color-red-light': 'rgb(224 49 49 / 16%)',
    '--mantine-color-red-light-color': 'var(--mantine-color-red-3)',
    '--mantine-color-yellow-light': 'rgb(245 159 0 / 14%)',
    '--mantine-color-yellow-light-color': 'var(--mantine-color-yellow-3)',
    '--mantine-color-teal-light': 'rgb(18 184 134 / 14%)',
    '--mantine-color-teal-light-color': 'var(--mantine-color-teal-3)',
    '--mantine-color-indigo-light': 'rgb(76 110 245 / 18%)',
    '--mantine-color-indigo-light-color': 'var(--mantine-color-indigo-2)',
    '--mantine-color-gray-light': 'rgb(134 142 150 / 16%)',
    '--xeno-page': '#17181b',
    '--xeno-better': 'var(--mantine-color-teal-4)',
    '--xeno-worse': 'var(--mantine-color-red-4)',
    '--xeno-line': 'var(--mantine-color-indigo-4)',
    '--xeno-line-before': '#868e96',
  },
});
