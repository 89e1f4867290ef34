import type { FastifyRequest } from 'fastify';

/** Which door a request came to: Shopify's, the API's, or that of people's browsers for everything else. */
export type Door = 'webhooks' | 'api' | 'site';

declare module 'fastify' {
  interface FastifyRequest {
    door: Door;
  }
}

/** By the route that was found, since a path may be written in many ways, and by the path where there is none. */
export function doorOf({ routeOptions, url }: FastifyRequest): Door {
  const { url: route = '' } = routeOptions;
  if (/^\/api\/shopify\/webhooks(?:\/|$)/.test(route)) return 'webhooks';
  return isApi(route) || isApi(url) ? 'api' : 'site';
}

const isApi = (path: string): boolean => /^\/api(?:[/?]|$)/.test(path);
