import { Button, Group, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { messageOf } from '../../ui/refusal.ts';
import { useConfig } from '../auth/use-config.ts';
import { useConnect } from './queries.ts';
import { shopIn } from './shop-in.ts';

export function ConnectForm({ shop = '' }: { shop?: string }) {
  const sandbox = useConfig()?.sandbox;
  const connect = useConnect();
  const [name, setName] = useState(shop);
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const named = shopIn(name);
    setMissing(!named);
    if (named) connect.mutate(named);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Group align="flex-start" gap="xs">
        <TextInput
          label="Store name or domain"
          description={
            sandbox
              ? 'This installation runs with a demo Shopify: any name works, such as “tea-house”.'
              : 'As in your Shopify admin’s address: my-store or my-store.myshopify.com.'
          }
          placeholder="my-store.myshopify.com"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          flex="1 1 16rem"
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={missing ? 'Enter the name of your store.' : connect.error && messageOf(connect.error)}
        />
        <Button type="submit" loading={connect.isPending} mt={{ base: 0, xs: 25 }}>
          Connect store
        </Button>
      </Group>
    </form>
  );
}
