import { useEffect, useState } from 'react';

const CHANNEL = 'xeno-recovery-codes';

/** Recovery codes that were just made, as long as they are good: other tabs forget theirs when new ones are made. */
export function useNewCodes(): [string[] | null, (codes: string[] | null) => void] {
  const [codes, setCodes] = useState<string[] | null>(null);
  const [tabs, setTabs] = useState<BroadcastChannel | null>(null);
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = () => setCodes(null);
    setTabs(channel);
    return () => channel.close();
  }, []);
  const show = (made: string[] | null) => {
    setCodes(made);
    tabs?.postMessage('replaced');
  };
  return [codes, show];
}
