import { Alert } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { IconWifiOff } from '@tabler/icons-react';

export function OfflineNotice() {
  const { online } = useNetwork();
  if (online) return null;
  return (
    <Alert color="yellow" icon={<IconWifiOff />} title="You are offline" mb="md" role="status">
      The figures are those of the last time they could be fetched. They refresh by themselves once you are back online.
    </Alert>
  );
}
