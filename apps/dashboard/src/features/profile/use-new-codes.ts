import { useEffect, useState } from 'react';

const otherTabs = new BroadcastChannel('xeno-recovery-codes');

/** Recovery codes that were just made, as long as they are good: other tabs forget theirs when new ones are made. */
export function useNewCodes(): [string[] | null, (codes: string[] | null) => void] {
  const [codes, setCodes] = useState<string[] | null>(null);
  useEffect(() => {
    otherTabs.onmessage = () => setCodes(null);
    return () => void (otherTabs.onmessage = null);
  }, []);
  const show = (made: string[] | null) => {
    setCodes(made);
    otherTabs.postMessage('replaced');
  };
  return [codes, show];
}
