import { join } from 'node:path';
import type { CodegenConfig } from '@graphql-codegen/cli';

const here = import.meta.dirname;

/** Types of Shopify's answers, from the operations and the official Admin schema: `npm run codegen -w @xeno/server` */
const config: CodegenConfig = {
  schema: join(here, '../../packages/shopify-schema/admin_2026-10.graphql'),
  documents: join(here, 'src/shopify/operations/*.graphql'),
  generates: {
    [join(here, 'src/shopify/operations/generated.ts')]: {
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        documentMode: 'string',
        enumType: 'string-literal',
        useTypeImports: true,
        skipTypename: true,
        inlineFragmentTypes: 'combine',
        defaultScalarType: 'unknown',
        // Decimals and 64-bit integers stay text: a JavaScript number would lose digits.
        scalars: {
          ID: 'string',
          Decimal: 'string',
          Money: 'string',
          DateTime: 'string',
          UnsignedInt64: 'string',
          URL: 'string',
        },
      },
    },
  },
  hooks: { afterAllFileWrite: 'prettier --write' },
};

export default config;
