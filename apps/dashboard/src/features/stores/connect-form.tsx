import { Button, Group, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { ApiError } from '../../lib/api.ts';
import { useSandbox } from '../auth/use-sandbox.ts';
import { useConnect } from './queries.ts';

export function ConnectForm({ shop = '' }: { shop?: string }) {
  const sandbox = useSandbox();
  const connect = useConnect();
  const [name, setName] = useState(shop);
  const [missing, setMissing] = useState(false);
  const refused = connect.error instanceof ApiError ? connect.error.fields['shop'] : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(!name.trim());
    if (name.trim()) connect.mutate(name.trim());
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
          error={missing ? 'Enter the name of your store.' : (refused ?? connect.error?.message)}
        />
        <Button type="submit" loading={connect.isPending} mt={{ base: 0, xs: 25 }}>
          Connect store
        </Button>
      </Group>
    </form>
  );
}
