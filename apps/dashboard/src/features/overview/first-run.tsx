import { Container, Stack, Text } from '@mantine/core';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ExploreDemo } from '../auth/explore-demo.tsx';
import { ConnectForm } from '../stores/connect-form.tsx';
import { WaitingStores } from '../stores/waiting-stores.tsx';

export default function FirstRun() {
  return (
    <Container size="sm" px={0} py={{ base: 0, sm: 'xl' }}>
      <PageHead
        title="Welcome to Xeno"
        description="Connect a Shopify store, and its revenue, orders and customers appear here, exact to the penny."
      />
      <Stack>
        <WaitingStores />
        <Panel title="Connect your first store">
          <Text size="sm" c="dimmed" mb="md">
            You are sent to Shopify, which asks whether Xeno may read orders, customers and products. Nothing in your
            store is changed. The newest orders arrive first, and you can watch them come in.
          </Text>
          <ConnectForm />
        </Panel>
        <ExploreDemo />
      </Stack>
    </Container>
  );
}
