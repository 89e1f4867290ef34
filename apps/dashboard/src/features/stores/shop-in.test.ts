import { expect, test } from 'vitest';
import { shopIn } from './shop-in.ts';

test.each([
  [' north-wind ', 'north-wind'],
  ['north-wind.myshopify.com', 'north-wind.myshopify.com'],
  ['https://admin.shopify.com/store/north-wind', 'north-wind'],
  ['https://admin.shopify.com/store/north-wind/orders?status=open', 'north-wind'],
  ['admin.shopify.com/store/north-wind', 'north-wind'],
  ['http://north-wind.myshopify.com/admin', 'north-wind.myshopify.com'],
  ['north-wind.myshopify.com/admin', 'north-wind.myshopify.com'],
  ['https://North-Wind.myshopify.com', 'North-Wind.myshopify.com'],
  // what names no shop is left for the server to refuse
  ['https://north-wind.myshopify.com.evil.example', 'https://north-wind.myshopify.com.evil.example'],
  ['https://evil.example/store/north-wind', 'https://evil.example/store/north-wind'],
])('%s names %s', (text, shop) => expect(shopIn(text)).toBe(shop));
