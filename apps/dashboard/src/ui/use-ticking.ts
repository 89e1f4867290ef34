import { useInterval } from '@mantine/hooks';
import { useState } from 'react';

/** Renders again every so often, for what is told in relation to now. */
export function useTicking(milliseconds: number): void {
  const [, tick] = useState(0);
  useInterval(() => tick((n) => n + 1), milliseconds, { autoInvoke: true });
}
