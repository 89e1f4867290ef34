import '@shopify/shopify-api/adapters/node';
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api';

/** The official library, whose verdicts ours are compared with. */
export const official = shopifyApi({
  apiKey: 'key',
  apiSecretKey: 'hush',
  apiVersion: ApiVersion.October26,
  hostName: 'localhost',
  isEmbeddedApp: false,
  logger: { level: LogSeverity.Error },
  future: { customerAddressDefaultFix: true, unstable_managedPricingSupport: true },
});
