import type { Resolvers } from '../context.ts';
import { moneyResolvers } from '../views.ts';
import { checkoutLineResolvers, checkoutResolvers } from './checkout.ts';
import { customerResolvers } from './customer.ts';
import { lineItemResolvers, orderResolvers, shippingLineResolvers, transactionResolvers } from './order.ts';
import { inventoryItemResolvers, inventoryLevelResolvers, productResolvers, variantResolvers } from './product.ts';
import { bulkOperationResolvers, mutationResolvers, queryResolvers } from './root.ts';
import { agreementResolvers, refundLineResolvers, refundResolvers, returnResolvers, saleResolvers } from './sales.ts';
import { shopResolvers } from './shop.ts';
import { subscriptionResolvers } from './webhook.ts';

/** How each type's fields are found; what is not here is a property of the source, or a default. */
export const resolvers: Record<string, Resolvers<never>> = {
  ...moneyResolvers,
  QueryRoot: queryResolvers,
  Mutation: mutationResolvers,
  Shop: shopResolvers,
  Order: orderResolvers,
  LineItem: lineItemResolvers,
  ShippingLine: shippingLineResolvers,
  OrderTransaction: transactionResolvers,
  Refund: refundResolvers,
  RefundLineItem: refundLineResolvers,
  Return: returnResolvers,
  OrderAgreement: agreementResolvers,
  OrderEditAgreement: agreementResolvers,
  RefundAgreement: agreementResolvers,
  ReturnAgreement: agreementResolvers,
  ProductSale: saleResolvers,
  ShippingLineSale: saleResolvers,
  GiftCardSale: saleResolvers,
  TipSale: saleResolvers,
  DutySale: saleResolvers,
  AdditionalFeeSale: saleResolvers,
  AdjustmentSale: saleResolvers,
  Customer: customerResolvers,
  Product: productResolvers,
  ProductVariant: variantResolvers,
  InventoryItem: inventoryItemResolvers,
  InventoryLevel: inventoryLevelResolvers,
  BulkOperation: bulkOperationResolvers,
  AbandonedCheckout: checkoutResolvers,
  AbandonedCheckoutLineItem: checkoutLineResolvers,
  WebhookSubscription: subscriptionResolvers,
};
