/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type BulkOperationErrorCode = 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | 'TIMEOUT';

export type BulkOperationStatus = 'CANCELED' | 'CANCELING' | 'COMPLETED' | 'CREATED' | 'EXPIRED' | 'FAILED' | 'RUNNING';

export type BulkOperationType = 'MUTATION' | 'QUERY';

export type BulkOperationUserErrorCode = 'INVALID' | 'LIMIT_REACHED' | 'OPERATION_IN_PROGRESS';

export type CountPrecision = 'AT_LEAST' | 'EXACT';

export type CountryCode =
  | 'AC'
  | 'AD'
  | 'AE'
  | 'AF'
  | 'AG'
  | 'AI'
  | 'AL'
  | 'AM'
  | 'AN'
  | 'AO'
  | 'AR'
  | 'AT'
  | 'AU'
  | 'AW'
  | 'AX'
  | 'AZ'
  | 'BA'
  | 'BB'
  | 'BD'
  | 'BE'
  | 'BF'
  | 'BG'
  | 'BH'
  | 'BI'
  | 'BJ'
  | 'BL'
  | 'BM'
  | 'BN'
  | 'BO'
  | 'BQ'
  | 'BR'
  | 'BS'
  | 'BT'
  | 'BV'
  | 'BW'
  | 'BY'
  | 'BZ'
  | 'CA'
  | 'CC'
  | 'CD'
  | 'CF'
  | 'CG'
  | 'CH'
  | 'CI'
  | 'CK'
  | 'CL'
  | 'CM'
  | 'CN'
  | 'CO'
  | 'CR'
  | 'CU'
  | 'CV'
  | 'CW'
  | 'CX'
  | 'CY'
  | 'CZ'
  | 'DE'
  | 'DJ'
  | 'DK'
  | 'DM'
  | 'DO'
  | 'DZ'
  | 'EC'
  | 'EE'
  | 'EG'
  | 'EH'
  | 'ER'
  | 'ES'
  | 'ET'
  | 'FI'
  | 'FJ'
  | 'FK'
  | 'FO'
  | 'FR'
  | 'GA'
  | 'GB'
  | 'GD'
  | 'GE'
  | 'GF'
  | 'GG'
  | 'GH'
  | 'GI'
  | 'GL'
  | 'GM'
  | 'GN'
  | 'GP'
  | 'GQ'
  | 'GR'
  | 'GS'
  | 'GT'
  | 'GW'
  | 'GY'
  | 'HK'
  | 'HM'
  | 'HN'
  | 'HR'
  | 'HT'
  | 'HU'
  | 'ID'
  | 'IE'
  | 'IL'
  | 'IM'
  | 'IN'
  | 'IO'
  | 'IQ'
  | 'IR'
  | 'IS'
  | 'IT'
  | 'JE'
  | 'JM'
  | 'JO'
  | 'JP'
  | 'KE'
  | 'KG'
  | 'KH'
  | 'KI'
  | 'KM'
  | 'KN'
  | 'KP'
  | 'KR'
  | 'KW'
  | 'KY'
  | 'KZ'
  | 'LA'
  | 'LB'
  | 'LC'
  | 'LI'
  | 'LK'
  | 'LR'
  | 'LS'
  | 'LT'
  | 'LU'
  | 'LV'
  | 'LY'
  | 'MA'
  | 'MC'
  | 'MD'
  | 'ME'
  | 'MF'
  | 'MG'
  | 'MK'
  | 'ML'
  | 'MM'
  | 'MN'
  | 'MO'
  | 'MQ'
  | 'MR'
  | 'MS'
  | 'MT'
  | 'MU'
  | 'MV'
  | 'MW'
  | 'MX'
  | 'MY'
  | 'MZ'
  | 'NA'
  | 'NC'
  | 'NE'
  | 'NF'
  | 'NG'
  | 'NI'
  | 'NL'
  | 'NO'
  | 'NP'
  | 'NR'
  | 'NU'
  | 'NZ'
  | 'OM'
  | 'PA'
  | 'PE'
  | 'PF'
  | 'PG'
  | 'PH'
  | 'PK'
  | 'PL'
  | 'PM'
  | 'PN'
  | 'PS'
  | 'PT'
  | 'PY'
  | 'QA'
  | 'RE'
  | 'RO'
  | 'RS'
  | 'RU'
  | 'RW'
  | 'SA'
  | 'SB'
  | 'SC'
  | 'SD'
  | 'SE'
  | 'SG'
  | 'SH'
  | 'SI'
  | 'SJ'
  | 'SK'
  | 'SL'
  | 'SM'
  | 'SN'
  | 'SO'
  | 'SR'
  | 'SS'
  | 'ST'
  | 'SV'
  | 'SX'
  | 'SY'
  | 'SZ'
  | 'TA'
  | 'TC'
  | 'TD'
  | 'TF'
  | 'TG'
  | 'TH'
  | 'TJ'
  | 'TK'
  | 'TL'
  | 'TM'
  | 'TN'
  | 'TO'
  | 'TR'
  | 'TT'
  | 'TV'
  | 'TW'
  | 'TZ'
  | 'UA'
  | 'UG'
  | 'UM'
  | 'US'
  | 'UY'
  | 'UZ'
  | 'VA'
  | 'VC'
  | 'VE'
  | 'VG'
  | 'VN'
  | 'VU'
  | 'WF'
  | 'WS'
  | 'XK'
  | 'YE'
  | 'YT'
  | 'ZA'
  | 'ZM'
  | 'ZW'
  | 'ZZ';

export type CurrencyCode =
  | 'AED'
  | 'AFN'
  | 'ALL'
  | 'AMD'
  | 'ANG'
  | 'AOA'
  | 'ARS'
  | 'AUD'
  | 'AWG'
  | 'AZN'
  | 'BAM'
  | 'BBD'
  | 'BDT'
  | 'BGN'
  | 'BHD'
  | 'BIF'
  | 'BMD'
  | 'BND'
  | 'BOB'
  | 'BRL'
  | 'BSD'
  | 'BTN'
  | 'BWP'
  | 'BYN'
  | 'BYR'
  | 'BZD'
  | 'CAD'
  | 'CDF'
  | 'CHF'
  | 'CLP'
  | 'CNY'
  | 'COP'
  | 'CRC'
  | 'CVE'
  | 'CZK'
  | 'DJF'
  | 'DKK'
  | 'DOP'
  | 'DZD'
  | 'EGP'
  | 'ERN'
  | 'ETB'
  | 'EUR'
  | 'FJD'
  | 'FKP'
  | 'GBP'
  | 'GEL'
  | 'GHS'
  | 'GIP'
  | 'GMD'
  | 'GNF'
  | 'GTQ'
  | 'GYD'
  | 'HKD'
  | 'HNL'
  | 'HRK'
  | 'HTG'
  | 'HUF'
  | 'IDR'
  | 'ILS'
  | 'INR'
  | 'IQD'
  | 'IRR'
  | 'ISK'
  | 'JEP'
  | 'JMD'
  | 'JOD'
  | 'JPY'
  | 'KES'
  | 'KGS'
  | 'KHR'
  | 'KID'
  | 'KMF'
  | 'KRW'
  | 'KWD'
  | 'KYD'
  | 'KZT'
  | 'LAK'
  | 'LBP'
  | 'LKR'
  | 'LRD'
  | 'LSL'
  | 'LTL'
  | 'LVL'
  | 'LYD'
  | 'MAD'
  | 'MDL'
  | 'MGA'
  | 'MKD'
  | 'MMK'
  | 'MNT'
  | 'MOP'
  | 'MRU'
  | 'MUR'
  | 'MVR'
  | 'MWK'
  | 'MXN'
  | 'MYR'
  | 'MZN'
  | 'NAD'
  | 'NGN'
  | 'NIO'
  | 'NOK'
  | 'NPR'
  | 'NZD'
  | 'OMR'
  | 'PAB'
  | 'PEN'
  | 'PGK'
  | 'PHP'
  | 'PKR'
  | 'PLN'
  | 'PYG'
  | 'QAR'
  | 'RON'
  | 'RSD'
  | 'RUB'
  | 'RWF'
  | 'SAR'
  | 'SBD'
  | 'SCR'
  | 'SDG'
  | 'SEK'
  | 'SGD'
  | 'SHP'
  | 'SLL'
  | 'SOS'
  | 'SRD'
  | 'SSP'
  | 'STD'
  | 'STN'
  | 'SYP'
  | 'SZL'
  | 'THB'
  | 'TJS'
  | 'TMT'
  | 'TND'
  | 'TOP'
  | 'TRY'
  | 'TTD'
  | 'TWD'
  | 'TZS'
  | 'UAH'
  | 'UGX'
  | 'USD'
  | 'USDC'
  | 'UYU'
  | 'UZS'
  | 'VED'
  | 'VEF'
  | 'VES'
  | 'VND'
  | 'VUV'
  | 'WST'
  | 'XAF'
  | 'XCD'
  | 'XOF'
  | 'XPF'
  | 'XXX'
  | 'YER'
  | 'ZAR'
  | 'ZMW';

export type CustomerEmailAddressMarketingState =
  'INVALID' | 'NOT_SUBSCRIBED' | 'PENDING' | 'SUBSCRIBED' | 'UNSUBSCRIBED';

export type CustomerState = 'DECLINED' | 'DISABLED' | 'ENABLED' | 'INVITED';

export type OrderCancelReason = 'CUSTOMER' | 'DECLINED' | 'FRAUD' | 'INVENTORY' | 'OTHER' | 'STAFF';

export type OrderDisplayFinancialStatus =
  'AUTHORIZED' | 'EXPIRED' | 'PAID' | 'PARTIALLY_PAID' | 'PARTIALLY_REFUNDED' | 'PENDING' | 'REFUNDED' | 'VOIDED';

export type OrderDisplayFulfillmentStatus =
  | 'FULFILLED'
  | 'FULFILLMENT_NOT_REQUIRED'
  | 'IN_PROGRESS'
  | 'ON_HOLD'
  | 'OPEN'
  | 'PARTIALLY_FULFILLED'
  | 'PENDING_FULFILLMENT'
  | 'REQUEST_DECLINED'
  | 'RESTOCKED'
  | 'SCHEDULED'
  | 'UNFULFILLED';

export type ProductStatus = 'ACTIVE' | 'ARCHIVED' | 'DRAFT' | 'UNLISTED';

export type SaleActionType = 'ORDER' | 'RETURN' | 'UNKNOWN' | 'UPDATE';

export type SaleLineType =
  'ADDITIONAL_FEE' | 'ADJUSTMENT' | 'DUTY' | 'FEE' | 'GIFT_CARD' | 'PRODUCT' | 'SHIPPING' | 'TIP' | 'UNKNOWN';

export type WebhookSubscriptionTopic =
  | 'APP_PURCHASES_ONE_TIME_UPDATE'
  | 'APP_SCOPES_UPDATE'
  | 'APP_SUBSCRIPTIONS_APPROACHING_CAPPED_AMOUNT'
  | 'APP_SUBSCRIPTIONS_UPDATE'
  | 'APP_UNINSTALLED'
  | 'AUDIT_EVENTS_ADMIN_API_ACTIVITY'
  | 'BULK_OPERATIONS_FINISH'
  | 'CARTS_CREATE'
  | 'CARTS_UPDATE'
  | 'CHANNELS_DELETE'
  | 'CHECKOUTS_CREATE'
  | 'CHECKOUTS_DELETE'
  | 'CHECKOUTS_UPDATE'
  | 'COLLECTIONS_CREATE'
  | 'COLLECTIONS_DELETE'
  | 'COLLECTIONS_UPDATE'
  | 'COLLECTION_LISTINGS_ADD'
  | 'COLLECTION_LISTINGS_REMOVE'
  | 'COLLECTION_LISTINGS_UPDATE'
  | 'COLLECTION_PUBLICATIONS_CREATE'
  | 'COLLECTION_PUBLICATIONS_DELETE'
  | 'COLLECTION_PUBLICATIONS_UPDATE'
  | 'COMPANIES_CREATE'
  | 'COMPANIES_DELETE'
  | 'COMPANIES_UPDATE'
  | 'COMPANY_CONTACTS_CREATE'
  | 'COMPANY_CONTACTS_DELETE'
  | 'COMPANY_CONTACTS_UPDATE'
  | 'COMPANY_CONTACT_ROLES_ASSIGN'
  | 'COMPANY_CONTACT_ROLES_REVOKE'
  | 'COMPANY_LOCATIONS_CREATE'
  | 'COMPANY_LOCATIONS_DELETE'
  | 'COMPANY_LOCATIONS_UPDATE'
  | 'CUSTOMERS_CREATE'
  | 'CUSTOMERS_DELETE'
  | 'CUSTOMERS_DISABLE'
  | 'CUSTOMERS_EMAIL_MARKETING_CONSENT_UPDATE'
  | 'CUSTOMERS_ENABLE'
  | 'CUSTOMERS_MARKETING_CONSENT_UPDATE'
  | 'CUSTOMERS_MERGE'
  | 'CUSTOMERS_PURCHASING_SUMMARY'
  | 'CUSTOMERS_UPDATE'
  | 'CUSTOMERS_WHATS_APP_MARKETING_CONSENT_UPDATE'
  | 'CUSTOMER_ACCOUNT_SETTINGS_UPDATE'
  | 'CUSTOMER_GROUPS_CREATE'
  | 'CUSTOMER_GROUPS_DELETE'
  | 'CUSTOMER_GROUPS_UPDATE'
  | 'CUSTOMER_JOINED_SEGMENT'
  | 'CUSTOMER_LEFT_SEGMENT'
  | 'CUSTOMER_PAYMENT_METHODS_CREATE'
  | 'CUSTOMER_PAYMENT_METHODS_REVOKE'
  | 'CUSTOMER_PAYMENT_METHODS_UPDATE'
  | 'CUSTOMER_TAGS_ADDED'
  | 'CUSTOMER_TAGS_REMOVED'
  | 'DELIVERY_PROMISE_SETTINGS_UPDATE'
  | 'DISCOUNTS_CREATE'
  | 'DISCOUNTS_DELETE'
  | 'DISCOUNTS_REDEEMCODE_ADDED'
  | 'DISCOUNTS_REDEEMCODE_REMOVED'
  | 'DISCOUNTS_UPDATE'
  | 'DISPUTES_CREATE'
  | 'DISPUTES_UPDATE'
  | 'DOMAINS_CREATE'
  | 'DOMAINS_DESTROY'
  | 'DOMAINS_UPDATE'
  | 'DRAFT_ORDERS_CREATE'
  | 'DRAFT_ORDERS_DELETE'
  | 'DRAFT_ORDERS_UPDATE'
  | 'FINANCE_APP_STAFF_MEMBER_DELETE'
  | 'FINANCE_APP_STAFF_MEMBER_GRANT'
  | 'FINANCE_APP_STAFF_MEMBER_REVOKE'
  | 'FINANCE_APP_STAFF_MEMBER_UPDATE'
  | 'FINANCE_KYC_INFORMATION_UPDATE'
  | 'FULFILLMENTS_CREATE'
  | 'FULFILLMENTS_UPDATE'
  | 'FULFILLMENT_EVENTS_CREATE'
  | 'FULFILLMENT_EVENTS_DELETE'
  | 'FULFILLMENT_HOLDS_ADDED'
  | 'FULFILLMENT_HOLDS_RELEASED'
  | 'FULFILLMENT_ORDERS_CANCELLATION_REQUEST_ACCEPTED'
  | 'FULFILLMENT_ORDERS_CANCELLATION_REQUEST_REJECTED'
  | 'FULFILLMENT_ORDERS_CANCELLATION_REQUEST_SUBMITTED'
  | 'FULFILLMENT_ORDERS_CANCELLED'
  | 'FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_ACCEPTED'
  | 'FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_REJECTED'
  | 'FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_SUBMITTED'
  | 'FULFILLMENT_ORDERS_FULFILLMENT_SERVICE_FAILED_TO_COMPLETE'
  | 'FULFILLMENT_ORDERS_HOLD_RELEASED'
  | 'FULFILLMENT_ORDERS_LINE_ITEMS_PREPARED_FOR_LOCAL_DELIVERY'
  | 'FULFILLMENT_ORDERS_LINE_ITEMS_PREPARED_FOR_PICKUP'
  | 'FULFILLMENT_ORDERS_MANUALLY_REPORTED_PROGRESS_STOPPED'
  | 'FULFILLMENT_ORDERS_MERGED'
  | 'FULFILLMENT_ORDERS_MOVED'
  | 'FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE'
  | 'FULFILLMENT_ORDERS_PLACED_ON_HOLD'
  | 'FULFILLMENT_ORDERS_PROGRESS_REPORTED'
  | 'FULFILLMENT_ORDERS_RESCHEDULED'
  | 'FULFILLMENT_ORDERS_SCHEDULED_FULFILLMENT_ORDER_READY'
  | 'FULFILLMENT_ORDERS_SPLIT'
  | 'INVENTORY_ITEMS_CREATE'
  | 'INVENTORY_ITEMS_DELETE'
  | 'INVENTORY_ITEMS_UPDATE'
  | 'INVENTORY_LEVELS_CONNECT'
  | 'INVENTORY_LEVELS_DISCONNECT'
  | 'INVENTORY_LEVELS_UPDATE'
  | 'INVENTORY_SHIPMENTS_ADD_ITEMS'
  | 'INVENTORY_SHIPMENTS_CREATE'
  | 'INVENTORY_SHIPMENTS_DELETE'
  | 'INVENTORY_SHIPMENTS_MARK_IN_TRANSIT'
  | 'INVENTORY_SHIPMENTS_RECEIVE_ITEMS'
  | 'INVENTORY_SHIPMENTS_REMOVE_ITEMS'
  | 'INVENTORY_SHIPMENTS_UPDATE_ITEM_QUANTITIES'
  | 'INVENTORY_SHIPMENTS_UPDATE_TRACKING'
  | 'INVENTORY_TRANSFERS_ADD_ITEMS'
  | 'INVENTORY_TRANSFERS_CANCEL'
  | 'INVENTORY_TRANSFERS_COMPLETE'
  | 'INVENTORY_TRANSFERS_READY_TO_SHIP'
  | 'INVENTORY_TRANSFERS_REMOVE_ITEMS'
  | 'INVENTORY_TRANSFERS_UPDATED'
  | 'INVENTORY_TRANSFERS_UPDATE_ITEM_QUANTITIES'
  | 'LOCALES_CREATE'
  | 'LOCALES_DESTROY'
  | 'LOCALES_UPDATE'
  | 'LOCATIONS_ACTIVATE'
  | 'LOCATIONS_CREATE'
  | 'LOCATIONS_DEACTIVATE'
  | 'LOCATIONS_DELETE'
  | 'LOCATIONS_UPDATE'
  | 'MARKETS_BACKUP_REGION_UPDATE'
  | 'MARKETS_CREATE'
  | 'MARKETS_DELETE'
  | 'MARKETS_UPDATE'
  | 'METAFIELD_DEFINITIONS_CREATE'
  | 'METAFIELD_DEFINITIONS_DELETE'
  | 'METAFIELD_DEFINITIONS_UPDATE'
  | 'METAOBJECTS_CREATE'
  | 'METAOBJECTS_DELETE'
  | 'METAOBJECTS_UPDATE'
  | 'ORDERS_CANCELLED'
  | 'ORDERS_CREATE'
  | 'ORDERS_DELETE'
  | 'ORDERS_EDITED'
  | 'ORDERS_FULFILLED'
  | 'ORDERS_LINK_REQUESTED'
  | 'ORDERS_PAID'
  | 'ORDERS_PARTIALLY_FULFILLED'
  | 'ORDERS_RISK_ASSESSMENT_CHANGED'
  | 'ORDERS_SHOPIFY_PROTECT_ELIGIBILITY_CHANGED'
  | 'ORDERS_UPDATED'
  | 'ORDER_TRANSACTIONS_CREATE'
  | 'PAYMENT_SCHEDULES_DUE'
  | 'PAYMENT_TERMS_CREATE'
  | 'PAYMENT_TERMS_DELETE'
  | 'PAYMENT_TERMS_UPDATE'
  | 'PRODUCTS_CREATE'
  | 'PRODUCTS_DELETE'
  | 'PRODUCTS_UPDATE'
  | 'PRODUCT_FEEDS_CREATE'
  | 'PRODUCT_FEEDS_FULL_SYNC'
  | 'PRODUCT_FEEDS_FULL_SYNC_FINISH'
  | 'PRODUCT_FEEDS_INCREMENTAL_SYNC'
  | 'PRODUCT_FEEDS_UPDATE'
  | 'PRODUCT_LISTINGS_ADD'
  | 'PRODUCT_LISTINGS_REMOVE'
  | 'PRODUCT_LISTINGS_UPDATE'
  | 'PRODUCT_PUBLICATIONS_CREATE'
  | 'PRODUCT_PUBLICATIONS_DELETE'
  | 'PRODUCT_PUBLICATIONS_UPDATE'
  | 'PROFILES_CREATE'
  | 'PROFILES_DELETE'
  | 'PROFILES_UPDATE'
  | 'REFUNDS_CREATE'
  | 'RETURNS_APPROVE'
  | 'RETURNS_CANCEL'
  | 'RETURNS_CLOSE'
  | 'RETURNS_DECLINE'
  | 'RETURNS_PROCESS'
  | 'RETURNS_REOPEN'
  | 'RETURNS_REQUEST'
  | 'RETURNS_UPDATE'
  | 'REVERSE_DELIVERIES_ATTACH_DELIVERABLE'
  | 'REVERSE_FULFILLMENT_ORDERS_DISPOSE'
  | 'SCHEDULED_PRODUCT_LISTINGS_ADD'
  | 'SCHEDULED_PRODUCT_LISTINGS_REMOVE'
  | 'SCHEDULED_PRODUCT_LISTINGS_UPDATE'
  | 'SEGMENTS_CREATE'
  | 'SEGMENTS_DELETE'
  | 'SEGMENTS_UPDATE'
  | 'SELLING_PLAN_GROUPS_CREATE'
  | 'SELLING_PLAN_GROUPS_DELETE'
  | 'SELLING_PLAN_GROUPS_UPDATE'
  | 'SHIPPING_ADDRESSES_CREATE'
  | 'SHIPPING_ADDRESSES_UPDATE'
  | 'SHOP_UPDATE'
  | 'SUBSCRIPTION_BILLING_ATTEMPTS_CHALLENGED'
  | 'SUBSCRIPTION_BILLING_ATTEMPTS_FAILURE'
  | 'SUBSCRIPTION_BILLING_ATTEMPTS_SUCCESS'
  | 'SUBSCRIPTION_BILLING_CYCLES_SKIP'
  | 'SUBSCRIPTION_BILLING_CYCLES_UNSKIP'
  | 'SUBSCRIPTION_BILLING_CYCLE_EDITS_CREATE'
  | 'SUBSCRIPTION_BILLING_CYCLE_EDITS_DELETE'
  | 'SUBSCRIPTION_BILLING_CYCLE_EDITS_UPDATE'
  | 'SUBSCRIPTION_CONTRACTS_ACTIVATE'
  | 'SUBSCRIPTION_CONTRACTS_CANCEL'
  | 'SUBSCRIPTION_CONTRACTS_CREATE'
  | 'SUBSCRIPTION_CONTRACTS_EXPIRE'
  | 'SUBSCRIPTION_CONTRACTS_FAIL'
  | 'SUBSCRIPTION_CONTRACTS_PAUSE'
  | 'SUBSCRIPTION_CONTRACTS_UPDATE'
  | 'TAX_SERVICES_CREATE'
  | 'TAX_SERVICES_UPDATE'
  | 'TENDER_TRANSACTIONS_CREATE'
  | 'THEMES_CREATE'
  | 'THEMES_DELETE'
  | 'THEMES_PUBLISH'
  | 'THEMES_UPDATE'
  | 'VARIANTS_IN_STOCK'
  | 'VARIANTS_OUT_OF_STOCK';

export type BulkRunMutationVariables = Exact<{
  query: string;
}>;

export type BulkRunMutation = {
  bulkOperationRunQuery: {
    bulkOperation: { id: string } | null;
    userErrors: Array<{ code: BulkOperationUserErrorCode | null; field: Array<string> | null; message: string }>;
  } | null;
};

export type BulkPollQueryVariables = Exact<{
  id: string;
}>;

export type BulkPollQuery = {
  bulkOperation: {
    id: string;
    status: BulkOperationStatus;
    errorCode: BulkOperationErrorCode | null;
    createdAt: string;
    objectCount: string;
    url: string | null;
  } | null;
};

export type BulkListQueryVariables = Exact<{
  after?: string | null | undefined;
}>;

export type BulkListQuery = {
  bulkOperations: {
    nodes: Array<{
      id: string;
      status: BulkOperationStatus;
      type: BulkOperationType;
      createdAt: string;
      query: string;
    }>;
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
};

export type AbandonedCheckoutsQueryVariables = Exact<{
  query?: string | null | undefined;
  after?: string | null | undefined;
}>;

export type AbandonedCheckoutsQuery = {
  abandonedCheckouts: {
    nodes: Array<{
      id: string;
      createdAt: string;
      updatedAt: string;
      completedAt: string | null;
      totalPriceSet: { shopMoney: { amount: string; currencyCode: CurrencyCode } };
    }>;
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
};

export type CustomerFieldsFragment = {
  id: string;
  firstName: string | null;
  lastName: string | null;
  displayName: string;
  state: CustomerState;
  createdAt: string;
  updatedAt: string;
  tags: Array<string>;
  numberOfOrders: string;
  amountSpent: { amount: string; currencyCode: CurrencyCode };
  defaultEmailAddress: { emailAddress: string; marketingState: CustomerEmailAddressMarketingState } | null;
  defaultPhoneNumber: { phoneNumber: string } | null;
  defaultAddress: { countryCodeV2: CountryCode | null } | null;
};

export type BulkCustomersQueryVariables = Exact<{
  query?: string | null | undefined;
}>;

export type BulkCustomersQuery = { customers: { edges: Array<{ node: CustomerFieldsFragment }> } };

export type ChangedCustomersQueryVariables = Exact<{
  query?: string | null | undefined;
  after?: string | null | undefined;
}>;

export type ChangedCustomersQuery = {
  customers: {
    nodes: Array<{ id: string; updatedAt: string }>;
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
};

export type CustomersByIdQueryVariables = Exact<{
  ids: Array<string> | string;
}>;

export type CustomersByIdQuery = { nodes: Array<CustomerFieldsFragment | Record<PropertyKey, never> | null> };

export type CustomersCountQueryVariables = Exact<{
  query?: string | null | undefined;
}>;

export type CustomersCountQuery = { customersCount: { count: number; precision: CountPrecision } | null };

export type OrderFieldsFragment = {
  id: string;
  name: string;
  createdAt: string;
  processedAt: string;
  updatedAt: string;
  cancelledAt: string | null;
  cancelReason: OrderCancelReason | null;
  closedAt: string | null;
  currencyCode: CurrencyCode;
  presentmentCurrencyCode: CurrencyCode;
  test: boolean;
  displayFinancialStatus: OrderDisplayFinancialStatus | null;
  displayFulfillmentStatus: OrderDisplayFulfillmentStatus;
  sourceName: string | null;
  tags: Array<string>;
  discountCodes: Array<string>;
  customer: { id: string } | null;
  shippingAddress: { countryCodeV2: CountryCode | null } | null;
  billingAddress: { countryCodeV2: CountryCode | null } | null;
  totalPriceSet: {
    shopMoney: { amount: string; currencyCode: CurrencyCode };
    presentmentMoney: { amount: string; currencyCode: CurrencyCode };
  };
  currentTotalPriceSet: { shopMoney: { amount: string }; presentmentMoney: { amount: string } };
  totalDiscountsSet: { shopMoney: { amount: string } } | null;
  totalTaxSet: { shopMoney: { amount: string } } | null;
  totalShippingPriceSet: { shopMoney: { amount: string } };
  totalRefundedSet: { shopMoney: { amount: string } };
  refunds: Array<{
    id: string;
    createdAt: string | null;
    processedAt: string;
    note: string | null;
    totalRefundedSet: { shopMoney: { amount: string } };
  }>;
};

export type LineItemFieldsFragment = {
  id: string;
  title: string;
  variantTitle: string | null;
  sku: string | null;
  vendor: string | null;
  quantity: number;
  currentQuantity: number;
  isGiftCard: boolean;
  product: { id: string } | null;
  variant: { id: string } | null;
  originalUnitPriceSet: { shopMoney: { amount: string } };
  discountedTotalSet: { shopMoney: { amount: string } };
};

type AgreementFields_OrderAgreement_Fragment = { __typename: 'OrderAgreement'; id: string; happenedAt: string };

type AgreementFields_OrderEditAgreement_Fragment = { __typename: 'OrderEditAgreement'; id: string; happenedAt: string };

type AgreementFields_RefundAgreement_Fragment = {
  __typename: 'RefundAgreement';
  id: string;
  happenedAt: string;
  refund: { id: string };
};

type AgreementFields_ReturnAgreement_Fragment = { __typename: 'ReturnAgreement'; id: string; happenedAt: string };

export type AgreementFieldsFragment =
  | AgreementFields_OrderAgreement_Fragment
  | AgreementFields_OrderEditAgreement_Fragment
  | AgreementFields_RefundAgreement_Fragment
  | AgreementFields_ReturnAgreement_Fragment;

type SaleFields_AdditionalFeeSale_Fragment = {
  id: string;
  actionType: SaleActionType;
  lineType: SaleLineType;
  quantity: number | null;
  totalAmount: { shopMoney: { amount: string } };
  totalTaxAmount: { shopMoney: { amount: string } };
  totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
};

type SaleFields_AdjustmentSale_Fragment = {
  id: string;
  actionType: SaleActionType;
  lineType: SaleLineType;
  quantity: number | null;
  totalAmount: { shopMoney: { amount: string } };
  totalTaxAmount: { shopMoney: { amount: string } };
  totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
};

type SaleFields_DutySale_Fragment = {
  id: string;
  actionType: SaleActionType;
  lineType: SaleLineType;
  quantity: number | null;
  totalAmount: { shopMoney: { amount: string } };
  totalTaxAmount: { shopMoney: { amount: string } };
  totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
};

type SaleFields_FeeSale_Fragment = {
  id: string;
  actionType: SaleActionType;
  lineType: SaleLineType;
  quantity: number | null;
  totalAmount: { shopMoney: { amount: string } };
  totalTaxAmount: { shopMoney: { amount: string } };
  totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
};

type SaleFields_GiftCardSale_Fragment = {
  id: string;
  actionType: SaleActionType;
  lineType: SaleLineType;
  quantity: number | null;
  lineItem: { id: string };
  totalAmount: { shopMoney: { amount: string } };
  totalTaxAmount: { shopMoney: { amount: string } };
  totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
};

type SaleFields_ProductSale_Fragment = {
  id: string;
  actionType: SaleActionType;
  lineType: SaleLineType;
  quantity: number | null;
  lineItem: { id: string };
  totalAmount: { shopMoney: { amount: string } };
  totalTaxAmount: { shopMoney: { amount: string } };
  totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
};

type SaleFields_ShippingLineSale_Fragment = {
  id: string;
  actionType: SaleActionType;
  lineType: SaleLineType;
  quantity: number | null;
  totalAmount: { shopMoney: { amount: string } };
  totalTaxAmount: { shopMoney: { amount: string } };
  totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
};

type SaleFields_TipSale_Fragment = {
  id: string;
  actionType: SaleActionType;
  lineType: SaleLineType;
  quantity: number | null;
  lineItem: { id: string };
  totalAmount: { shopMoney: { amount: string } };
  totalTaxAmount: { shopMoney: { amount: string } };
  totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
};

type SaleFields_UnknownSale_Fragment = {
  id: string;
  actionType: SaleActionType;
  lineType: SaleLineType;
  quantity: number | null;
  totalAmount: { shopMoney: { amount: string } };
  totalTaxAmount: { shopMoney: { amount: string } };
  totalDiscountAmountBeforeTaxes: { shopMoney: { amount: string } };
};

export type SaleFieldsFragment =
  | SaleFields_AdditionalFeeSale_Fragment
  | SaleFields_AdjustmentSale_Fragment
  | SaleFields_DutySale_Fragment
  | SaleFields_FeeSale_Fragment
  | SaleFields_GiftCardSale_Fragment
  | SaleFields_ProductSale_Fragment
  | SaleFields_ShippingLineSale_Fragment
  | SaleFields_TipSale_Fragment
  | SaleFields_UnknownSale_Fragment;

export type BulkOrdersQueryVariables = Exact<{
  query?: string | null | undefined;
}>;

export type BulkOrdersQuery = {
  orders: {
    edges: Array<{
      node: {
        lineItems: { edges: Array<{ node: LineItemFieldsFragment }> };
        agreements: {
          edges: Array<{
            node:
              | ({
                  sales: {
                    edges: Array<{
                      node:
                        | SaleFields_AdditionalFeeSale_Fragment
                        | SaleFields_AdjustmentSale_Fragment
                        | SaleFields_DutySale_Fragment
                        | SaleFields_FeeSale_Fragment
                        | SaleFields_GiftCardSale_Fragment
                        | SaleFields_ProductSale_Fragment
                        | SaleFields_ShippingLineSale_Fragment
                        | SaleFields_TipSale_Fragment
                        | SaleFields_UnknownSale_Fragment;
                    }>;
                  };
                } & AgreementFields_OrderAgreement_Fragment)
              | ({
                  sales: {
                    edges: Array<{
                      node:
                        | SaleFields_AdditionalFeeSale_Fragment
                        | SaleFields_AdjustmentSale_Fragment
                        | SaleFields_DutySale_Fragment
                        | SaleFields_FeeSale_Fragment
                        | SaleFields_GiftCardSale_Fragment
                        | SaleFields_ProductSale_Fragment
                        | SaleFields_ShippingLineSale_Fragment
                        | SaleFields_TipSale_Fragment
                        | SaleFields_UnknownSale_Fragment;
                    }>;
                  };
                } & AgreementFields_OrderEditAgreement_Fragment)
              | ({
                  sales: {
                    edges: Array<{
                      node:
                        | SaleFields_AdditionalFeeSale_Fragment
                        | SaleFields_AdjustmentSale_Fragment
                        | SaleFields_DutySale_Fragment
                        | SaleFields_FeeSale_Fragment
                        | SaleFields_GiftCardSale_Fragment
                        | SaleFields_ProductSale_Fragment
                        | SaleFields_ShippingLineSale_Fragment
                        | SaleFields_TipSale_Fragment
                        | SaleFields_UnknownSale_Fragment;
                    }>;
                  };
                } & AgreementFields_RefundAgreement_Fragment)
              | ({
                  sales: {
                    edges: Array<{
                      node:
                        | SaleFields_AdditionalFeeSale_Fragment
                        | SaleFields_AdjustmentSale_Fragment
                        | SaleFields_DutySale_Fragment
                        | SaleFields_FeeSale_Fragment
                        | SaleFields_GiftCardSale_Fragment
                        | SaleFields_ProductSale_Fragment
                        | SaleFields_ShippingLineSale_Fragment
                        | SaleFields_TipSale_Fragment
                        | SaleFields_UnknownSale_Fragment;
                    }>;
                  };
                } & AgreementFields_ReturnAgreement_Fragment);
          }>;
        };
      } & OrderFieldsFragment;
    }>;
  };
};

export type ChangedOrdersQueryVariables = Exact<{
  query?: string | null | undefined;
  after?: string | null | undefined;
}>;

export type ChangedOrdersQuery = {
  orders: {
    nodes: Array<{ id: string; updatedAt: string }>;
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
};

export type OrdersByIdQueryVariables = Exact<{
  ids: Array<string> | string;
  lines: number;
  agreements: number;
  sales: number;
}>;

export type OrdersByIdQuery = {
  nodes: Array<
    | ({
        lineItems: LineItemPageFragment;
        agreements: {
          edges: Array<{
            cursor: string;
            node:
              | ({
                  sales: {
                    nodes: Array<
                      | SaleFields_AdditionalFeeSale_Fragment
                      | SaleFields_AdjustmentSale_Fragment
                      | SaleFields_DutySale_Fragment
                      | SaleFields_FeeSale_Fragment
                      | SaleFields_GiftCardSale_Fragment
                      | SaleFields_ProductSale_Fragment
                      | SaleFields_ShippingLineSale_Fragment
                      | SaleFields_TipSale_Fragment
                      | SaleFields_UnknownSale_Fragment
                    >;
                    pageInfo: { hasNextPage: boolean; endCursor: string | null };
                  };
                } & AgreementFields_OrderAgreement_Fragment)
              | ({
                  sales: {
                    nodes: Array<
                      | SaleFields_AdditionalFeeSale_Fragment
                      | SaleFields_AdjustmentSale_Fragment
                      | SaleFields_DutySale_Fragment
                      | SaleFields_FeeSale_Fragment
                      | SaleFields_GiftCardSale_Fragment
                      | SaleFields_ProductSale_Fragment
                      | SaleFields_ShippingLineSale_Fragment
                      | SaleFields_TipSale_Fragment
                      | SaleFields_UnknownSale_Fragment
                    >;
                    pageInfo: { hasNextPage: boolean; endCursor: string | null };
                  };
                } & AgreementFields_OrderEditAgreement_Fragment)
              | ({
                  sales: {
                    nodes: Array<
                      | SaleFields_AdditionalFeeSale_Fragment
                      | SaleFields_AdjustmentSale_Fragment
                      | SaleFields_DutySale_Fragment
                      | SaleFields_FeeSale_Fragment
                      | SaleFields_GiftCardSale_Fragment
                      | SaleFields_ProductSale_Fragment
                      | SaleFields_ShippingLineSale_Fragment
                      | SaleFields_TipSale_Fragment
                      | SaleFields_UnknownSale_Fragment
                    >;
                    pageInfo: { hasNextPage: boolean; endCursor: string | null };
                  };
                } & AgreementFields_RefundAgreement_Fragment)
              | ({
                  sales: {
                    nodes: Array<
                      | SaleFields_AdditionalFeeSale_Fragment
                      | SaleFields_AdjustmentSale_Fragment
                      | SaleFields_DutySale_Fragment
                      | SaleFields_FeeSale_Fragment
                      | SaleFields_GiftCardSale_Fragment
                      | SaleFields_ProductSale_Fragment
                      | SaleFields_ShippingLineSale_Fragment
                      | SaleFields_TipSale_Fragment
                      | SaleFields_UnknownSale_Fragment
                    >;
                    pageInfo: { hasNextPage: boolean; endCursor: string | null };
                  };
                } & AgreementFields_ReturnAgreement_Fragment);
          }>;
          pageInfo: { hasNextPage: boolean };
        };
      } & OrderFieldsFragment)
    | Record<PropertyKey, never>
    | null
  >;
};

export type OrderLinesQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;

export type OrderLinesQuery = { order: { updatedAt: string; lineItems: LineItemPageFragment } | null };

export type OrderAgreementsQueryVariables = Exact<{
  id: string;
  agreements: number;
  after?: string | null | undefined;
  sales: number;
  salesAfter?: string | null | undefined;
}>;

export type OrderAgreementsQuery = {
  order: {
    updatedAt: string;
    agreements: {
      edges: Array<{
        cursor: string;
        node:
          | ({
              sales: {
                nodes: Array<
                  | SaleFields_AdditionalFeeSale_Fragment
                  | SaleFields_AdjustmentSale_Fragment
                  | SaleFields_DutySale_Fragment
                  | SaleFields_FeeSale_Fragment
                  | SaleFields_GiftCardSale_Fragment
                  | SaleFields_ProductSale_Fragment
                  | SaleFields_ShippingLineSale_Fragment
                  | SaleFields_TipSale_Fragment
                  | SaleFields_UnknownSale_Fragment
                >;
                pageInfo: { hasNextPage: boolean; endCursor: string | null };
              };
            } & AgreementFields_OrderAgreement_Fragment)
          | ({
              sales: {
                nodes: Array<
                  | SaleFields_AdditionalFeeSale_Fragment
                  | SaleFields_AdjustmentSale_Fragment
                  | SaleFields_DutySale_Fragment
                  | SaleFields_FeeSale_Fragment
                  | SaleFields_GiftCardSale_Fragment
                  | SaleFields_ProductSale_Fragment
                  | SaleFields_ShippingLineSale_Fragment
                  | SaleFields_TipSale_Fragment
                  | SaleFields_UnknownSale_Fragment
                >;
                pageInfo: { hasNextPage: boolean; endCursor: string | null };
              };
            } & AgreementFields_OrderEditAgreement_Fragment)
          | ({
              sales: {
                nodes: Array<
                  | SaleFields_AdditionalFeeSale_Fragment
                  | SaleFields_AdjustmentSale_Fragment
                  | SaleFields_DutySale_Fragment
                  | SaleFields_FeeSale_Fragment
                  | SaleFields_GiftCardSale_Fragment
                  | SaleFields_ProductSale_Fragment
                  | SaleFields_ShippingLineSale_Fragment
                  | SaleFields_TipSale_Fragment
                  | SaleFields_UnknownSale_Fragment
                >;
                pageInfo: { hasNextPage: boolean; endCursor: string | null };
              };
            } & AgreementFields_RefundAgreement_Fragment)
          | ({
              sales: {
                nodes: Array<
                  | SaleFields_AdditionalFeeSale_Fragment
                  | SaleFields_AdjustmentSale_Fragment
                  | SaleFields_DutySale_Fragment
                  | SaleFields_FeeSale_Fragment
                  | SaleFields_GiftCardSale_Fragment
                  | SaleFields_ProductSale_Fragment
                  | SaleFields_ShippingLineSale_Fragment
                  | SaleFields_TipSale_Fragment
                  | SaleFields_UnknownSale_Fragment
                >;
                pageInfo: { hasNextPage: boolean; endCursor: string | null };
              };
            } & AgreementFields_ReturnAgreement_Fragment);
      }>;
      pageInfo: { hasNextPage: boolean };
    };
  } | null;
};

export type LineItemPageFragment = {
  nodes: Array<LineItemFieldsFragment>;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};

export type FirstOrderQueryVariables = Exact<{
  query?: string | null | undefined;
}>;

export type FirstOrderQuery = { orders: { nodes: Array<{ id: string; createdAt: string }> } };

export type OrdersCountQueryVariables = Exact<{
  query?: string | null | undefined;
}>;

export type OrdersCountQuery = { ordersCount: { count: number; precision: CountPrecision } | null };

export type ProductFieldsFragment = {
  id: string;
  title: string;
  vendor: string;
  productType: string;
  status: ProductStatus;
  handle: string;
  createdAt: string;
  updatedAt: string;
  featuredMedia:
    | { preview: { image: { url: string } | null } | null }
    | { preview: { image: { url: string } | null } | null }
    | { preview: { image: { url: string } | null } | null }
    | { preview: { image: { url: string } | null } | null }
    | null;
};

export type VariantFieldsFragment = {
  id: string;
  title: string;
  sku: string | null;
  price: string;
  position: number;
  inventoryQuantity: number | null;
  createdAt: string;
  updatedAt: string;
  inventoryItem: { id: string };
};

export type BulkProductsQueryVariables = Exact<{
  query?: string | null | undefined;
}>;

export type BulkProductsQuery = {
  products: {
    edges: Array<{ node: { variants: { edges: Array<{ node: VariantFieldsFragment }> } } & ProductFieldsFragment }>;
  };
};

export type ChangedProductsQueryVariables = Exact<{
  query?: string | null | undefined;
  after?: string | null | undefined;
}>;

export type ChangedProductsQuery = {
  products: {
    nodes: Array<{ id: string; updatedAt: string }>;
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
};

export type ProductsByIdQueryVariables = Exact<{
  ids: Array<string> | string;
  variants: number;
}>;

export type ProductsByIdQuery = {
  nodes: Array<({ variants: VariantPageFragment } & ProductFieldsFragment) | Record<PropertyKey, never> | null>;
};

export type ProductVariantsQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;

export type ProductVariantsQuery = { product: { updatedAt: string; variants: VariantPageFragment } | null };

export type VariantPageFragment = {
  nodes: Array<VariantFieldsFragment>;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};

export type ProductsCountQueryVariables = Exact<{
  query?: string | null | undefined;
}>;

export type ProductsCountQuery = { productsCount: { count: number; precision: CountPrecision } | null };

export type BulkOrderIdsQueryVariables = Exact<{
  query?: string | null | undefined;
}>;

export type BulkOrderIdsQuery = { orders: { edges: Array<{ node: { id: string; updatedAt: string } }> } };

export type BulkCustomerIdsQueryVariables = Exact<{
  query?: string | null | undefined;
}>;

export type BulkCustomerIdsQuery = { customers: { edges: Array<{ node: { id: string; updatedAt: string } }> } };

export type BulkProductIdsQueryVariables = Exact<{
  query?: string | null | undefined;
}>;

export type BulkProductIdsQuery = { products: { edges: Array<{ node: { id: string; updatedAt: string } }> } };

export type SalesReportQueryVariables = Exact<{
  query: string;
}>;

export type SalesReportQuery = {
  shopifyqlQuery: {
    parseErrors: Array<string>;
    tableData: { rows: unknown; columns: Array<{ name: string }> } | null;
  } | null;
};

export type ShopQueryVariables = Exact<{ [key: string]: never }>;

export type ShopQuery = {
  shop: {
    id: string;
    name: string;
    myshopifyDomain: string;
    ianaTimezone: string;
    currencyCode: CurrencyCode;
    email: string;
    plan: { publicDisplayName: string; partnerDevelopment: boolean; shopifyPlus: boolean };
  };
  currentAppInstallation: { accessScopes: Array<{ handle: string }> };
};

export type WebhookSubscriptionsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;

export type WebhookSubscriptionsQuery = {
  webhookSubscriptions: {
    nodes: Array<{ id: string; topic: WebhookSubscriptionTopic; uri: string }>;
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
};

export type WebhookSubscribeMutationVariables = Exact<{
  topic: WebhookSubscriptionTopic;
  uri: string;
}>;

export type WebhookSubscribeMutation = {
  webhookSubscriptionCreate: {
    webhookSubscription: { id: string } | null;
    userErrors: Array<{ field: Array<string> | null; message: string }>;
  } | null;
};

export type WebhookUnsubscribeMutationVariables = Exact<{
  id: string;
}>;

export type WebhookUnsubscribeMutation = {
  webhookSubscriptionDelete: {
    deletedWebhookSubscriptionId: string | null;
    userErrors: Array<{ field: Array<string> | null; message: string }>;
  } | null;
};

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const CustomerFieldsFragmentDoc = new TypedDocumentString(
  `
    fragment CustomerFields on Customer {
  id
  firstName
  lastName
  displayName
  state
  createdAt
  updatedAt
  tags
  numberOfOrders
  amountSpent {
    amount
    currencyCode
  }
  defaultEmailAddress {
    emailAddress
    marketingState
  }
  defaultPhoneNumber {
    phoneNumber
  }
  defaultAddress {
    countryCodeV2
  }
}
    `,
  { fragmentName: 'CustomerFields' },
) as unknown as TypedDocumentString<CustomerFieldsFragment, unknown>;
export const OrderFieldsFragmentDoc = new TypedDocumentString(
  `
    fragment OrderFields on Order {
  id
  name
  createdAt
  processedAt
  updatedAt
  cancelledAt
  cancelReason
  closedAt
  currencyCode
  presentmentCurrencyCode
  test
  displayFinancialStatus
  displayFulfillmentStatus
  sourceName
  tags
  discountCodes
  customer {
    id
  }
  shippingAddress {
    countryCodeV2
  }
  billingAddress {
    countryCodeV2
  }
  totalPriceSet {
    shopMoney {
      amount
      currencyCode
    }
    presentmentMoney {
      amount
      currencyCode
    }
  }
  currentTotalPriceSet {
    shopMoney {
      amount
    }
    presentmentMoney {
      amount
    }
  }
  totalDiscountsSet {
    shopMoney {
      amount
    }
  }
  totalTaxSet {
    shopMoney {
      amount
    }
  }
  totalShippingPriceSet {
    shopMoney {
      amount
    }
  }
  totalRefundedSet {
    shopMoney {
      amount
    }
  }
  refunds {
    id
    createdAt
    processedAt
    note
    totalRefundedSet {
      shopMoney {
        amount
      }
    }
  }
}
    `,
  { fragmentName: 'OrderFields' },
) as unknown as TypedDocumentString<OrderFieldsFragment, unknown>;
export const AgreementFieldsFragmentDoc = new TypedDocumentString(
  `
    fragment AgreementFields on SalesAgreement {
  __typename
  id
  happenedAt
  ... on RefundAgreement {
    refund {
      id
    }
  }
}
    `,
  { fragmentName: 'AgreementFields' },
) as unknown as TypedDocumentString<AgreementFieldsFragment, unknown>;
export const SaleFieldsFragmentDoc = new TypedDocumentString(
  `
    fragment SaleFields on Sale {
  id
  actionType
  lineType
  quantity
  totalAmount {
    shopMoney {
      amount
    }
  }
  totalTaxAmount {
    shopMoney {
      amount
    }
  }
  totalDiscountAmountBeforeTaxes {
    shopMoney {
      amount
    }
  }
  ... on ProductSale {
    lineItem {
      id
    }
  }
  ... on GiftCardSale {
    lineItem {
      id
    }
  }
  ... on TipSale {
    lineItem {
      id
    }
  }
}
    `,
  { fragmentName: 'SaleFields' },
) as unknown as TypedDocumentString<SaleFieldsFragment, unknown>;
export const LineItemFieldsFragmentDoc = new TypedDocumentString(
  `
    fragment LineItemFields on LineItem {
  id
  title
  variantTitle
  sku
  vendor
  quantity
  currentQuantity
  isGiftCard
  product {
    id
  }
  variant {
    id
  }
  originalUnitPriceSet {
    shopMoney {
      amount
    }
  }
  discountedTotalSet {
    shopMoney {
      amount
    }
  }
}
    `,
  { fragmentName: 'LineItemFields' },
) as unknown as TypedDocumentString<LineItemFieldsFragment, unknown>;
export const LineItemPageFragmentDoc = new TypedDocumentString(
  `
    fragment LineItemPage on LineItemConnection {
  nodes {
    ...LineItemFields
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
    fragment LineItemFields on LineItem {
  id
  title
  variantTitle
  sku
  vendor
  quantity
  currentQuantity
  isGiftCard
  product {
    id
  }
  variant {
    id
  }
  originalUnitPriceSet {
    shopMoney {
      amount
    }
  }
  discountedTotalSet {
    shopMoney {
      amount
    }
  }
}`,
  { fragmentName: 'LineItemPage' },
) as unknown as TypedDocumentString<LineItemPageFragment, unknown>;
export const ProductFieldsFragmentDoc = new TypedDocumentString(
  `
    fragment ProductFields on Product {
  id
  title
  vendor
  productType
  status
  handle
  createdAt
  updatedAt
  featuredMedia {
    preview {
      image {
        url
      }
    }
  }
}
    `,
  { fragmentName: 'ProductFields' },
) as unknown as TypedDocumentString<ProductFieldsFragment, unknown>;
export const VariantFieldsFragmentDoc = new TypedDocumentString(
  `
    fragment VariantFields on ProductVariant {
  id
  title
  sku
  price
  position
  inventoryQuantity
  inventoryItem {
    id
  }
  createdAt
  updatedAt
}
    `,
  { fragmentName: 'VariantFields' },
) as unknown as TypedDocumentString<VariantFieldsFragment, unknown>;
export const VariantPageFragmentDoc = new TypedDocumentString(
  `
    fragment VariantPage on ProductVariantConnection {
  nodes {
    ...VariantFields
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
    fragment VariantFields on ProductVariant {
  id
  title
  sku
  price
  position
  inventoryQuantity
  inventoryItem {
    id
  }
  createdAt
  updatedAt
}`,
  { fragmentName: 'VariantPage' },
) as unknown as TypedDocumentString<VariantPageFragment, unknown>;
export const BulkRunDocument = new TypedDocumentString(`
    mutation BulkRun($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation {
      id
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<BulkRunMutation, BulkRunMutationVariables>;
export const BulkPollDocument = new TypedDocumentString(`
    query BulkPoll($id: ID!) {
  bulkOperation(id: $id) {
    id
    status
    errorCode
    createdAt
    objectCount
    url
  }
}
    `) as unknown as TypedDocumentString<BulkPollQuery, BulkPollQueryVariables>;
export const BulkListDocument = new TypedDocumentString(`
    query BulkList($after: String) {
  bulkOperations(first: 100, after: $after, sortKey: CREATED_AT) {
    nodes {
      id
      status
      type
      createdAt
      query
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<BulkListQuery, BulkListQueryVariables>;
export const AbandonedCheckoutsDocument = new TypedDocumentString(`
    query AbandonedCheckouts($query: String, $after: String) {
  abandonedCheckouts(first: 100, after: $after, query: $query, sortKey: ID) {
    nodes {
      id
      createdAt
      updatedAt
      completedAt
      totalPriceSet {
        shopMoney {
          amount
          currencyCode
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<AbandonedCheckoutsQuery, AbandonedCheckoutsQueryVariables>;
export const BulkCustomersDocument = new TypedDocumentString(`
    query BulkCustomers($query: String) {
  customers(query: $query) {
    edges {
      node {
        ...CustomerFields
      }
    }
  }
}
    fragment CustomerFields on Customer {
  id
  firstName
  lastName
  displayName
  state
  createdAt
  updatedAt
  tags
  numberOfOrders
  amountSpent {
    amount
    currencyCode
  }
  defaultEmailAddress {
    emailAddress
    marketingState
  }
  defaultPhoneNumber {
    phoneNumber
  }
  defaultAddress {
    countryCodeV2
  }
}`) as unknown as TypedDocumentString<BulkCustomersQuery, BulkCustomersQueryVariables>;
export const ChangedCustomersDocument = new TypedDocumentString(`
    query ChangedCustomers($query: String, $after: String) {
  customers(first: 250, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes {
      id
      updatedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ChangedCustomersQuery, ChangedCustomersQueryVariables>;
export const CustomersByIdDocument = new TypedDocumentString(`
    query CustomersById($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Customer {
      ...CustomerFields
    }
  }
}
    fragment CustomerFields on Customer {
  id
  firstName
  lastName
  displayName
  state
  createdAt
  updatedAt
  tags
  numberOfOrders
  amountSpent {
    amount
    currencyCode
  }
  defaultEmailAddress {
    emailAddress
    marketingState
  }
  defaultPhoneNumber {
    phoneNumber
  }
  defaultAddress {
    countryCodeV2
  }
}`) as unknown as TypedDocumentString<CustomersByIdQuery, CustomersByIdQueryVariables>;
export const CustomersCountDocument = new TypedDocumentString(`
    query CustomersCount($query: String) {
  customersCount(query: $query, limit: null) {
    count
    precision
  }
}
    `) as unknown as TypedDocumentString<CustomersCountQuery, CustomersCountQueryVariables>;
export const BulkOrdersDocument = new TypedDocumentString(`
    query BulkOrders($query: String) {
  orders(query: $query) {
    edges {
      node {
        ...OrderFields
        lineItems {
          edges {
            node {
              ...LineItemFields
            }
          }
        }
        agreements {
          edges {
            node {
              ...AgreementFields
              sales {
                edges {
                  node {
                    ...SaleFields
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
    fragment OrderFields on Order {
  id
  name
  createdAt
  processedAt
  updatedAt
  cancelledAt
  cancelReason
  closedAt
  currencyCode
  presentmentCurrencyCode
  test
  displayFinancialStatus
  displayFulfillmentStatus
  sourceName
  tags
  discountCodes
  customer {
    id
  }
  shippingAddress {
    countryCodeV2
  }
  billingAddress {
    countryCodeV2
  }
  totalPriceSet {
    shopMoney {
      amount
      currencyCode
    }
    presentmentMoney {
      amount
      currencyCode
    }
  }
  currentTotalPriceSet {
    shopMoney {
      amount
    }
    presentmentMoney {
      amount
    }
  }
  totalDiscountsSet {
    shopMoney {
      amount
    }
  }
  totalTaxSet {
    shopMoney {
      amount
    }
  }
  totalShippingPriceSet {
    shopMoney {
      amount
    }
  }
  totalRefundedSet {
    shopMoney {
      amount
    }
  }
  refunds {
    id
    createdAt
    processedAt
    note
    totalRefundedSet {
      shopMoney {
        amount
      }
    }
  }
}
fragment LineItemFields on LineItem {
  id
  title
  variantTitle
  sku
  vendor
  quantity
  currentQuantity
  isGiftCard
  product {
    id
  }
  variant {
    id
  }
  originalUnitPriceSet {
    shopMoney {
      amount
    }
  }
  discountedTotalSet {
    shopMoney {
      amount
    }
  }
}
fragment AgreementFields on SalesAgreement {
  __typename
  id
  happenedAt
  ... on RefundAgreement {
    refund {
      id
    }
  }
}
fragment SaleFields on Sale {
  id
  actionType
  lineType
  quantity
  totalAmount {
    shopMoney {
      amount
    }
  }
  totalTaxAmount {
    shopMoney {
      amount
    }
  }
  totalDiscountAmountBeforeTaxes {
    shopMoney {
      amount
    }
  }
  ... on ProductSale {
    lineItem {
      id
    }
  }
  ... on GiftCardSale {
    lineItem {
      id
    }
  }
  ... on TipSale {
    lineItem {
      id
    }
  }
}`) as unknown as TypedDocumentString<BulkOrdersQuery, BulkOrdersQueryVariables>;
export const ChangedOrdersDocument = new TypedDocumentString(`
    query ChangedOrders($query: String, $after: String) {
  orders(first: 250, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes {
      id
      updatedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ChangedOrdersQuery, ChangedOrdersQueryVariables>;
export const OrdersByIdDocument = new TypedDocumentString(`
    query OrdersById($ids: [ID!]!, $lines: Int!, $agreements: Int!, $sales: Int!) {
  nodes(ids: $ids) {
    ... on Order {
      ...OrderFields
      lineItems(first: $lines) {
        ...LineItemPage
      }
      agreements(first: $agreements) {
        edges {
          cursor
          node {
            ...AgreementFields
            sales(first: $sales) {
              nodes {
                ...SaleFields
              }
              pageInfo {
                hasNextPage
                endCursor
              }
            }
          }
        }
        pageInfo {
          hasNextPage
        }
      }
    }
  }
}
    fragment OrderFields on Order {
  id
  name
  createdAt
  processedAt
  updatedAt
  cancelledAt
  cancelReason
  closedAt
  currencyCode
  presentmentCurrencyCode
  test
  displayFinancialStatus
  displayFulfillmentStatus
  sourceName
  tags
  discountCodes
  customer {
    id
  }
  shippingAddress {
    countryCodeV2
  }
  billingAddress {
    countryCodeV2
  }
  totalPriceSet {
    shopMoney {
      amount
      currencyCode
    }
    presentmentMoney {
      amount
      currencyCode
    }
  }
  currentTotalPriceSet {
    shopMoney {
      amount
    }
    presentmentMoney {
      amount
    }
  }
  totalDiscountsSet {
    shopMoney {
      amount
    }
  }
  totalTaxSet {
    shopMoney {
      amount
    }
  }
  totalShippingPriceSet {
    shopMoney {
      amount
    }
  }
  totalRefundedSet {
    shopMoney {
      amount
    }
  }
  refunds {
    id
    createdAt
    processedAt
    note
    totalRefundedSet {
      shopMoney {
        amount
      }
    }
  }
}
fragment LineItemFields on LineItem {
  id
  title
  variantTitle
  sku
  vendor
  quantity
  currentQuantity
  isGiftCard
  product {
    id
  }
  variant {
    id
  }
  originalUnitPriceSet {
    shopMoney {
      amount
    }
  }
  discountedTotalSet {
    shopMoney {
      amount
    }
  }
}
fragment AgreementFields on SalesAgreement {
  __typename
  id
  happenedAt
  ... on RefundAgreement {
    refund {
      id
    }
  }
}
fragment SaleFields on Sale {
  id
  actionType
  lineType
  quantity
  totalAmount {
    shopMoney {
      amount
    }
  }
  totalTaxAmount {
    shopMoney {
      amount
    }
  }
  totalDiscountAmountBeforeTaxes {
    shopMoney {
      amount
    }
  }
  ... on ProductSale {
    lineItem {
      id
    }
  }
  ... on GiftCardSale {
    lineItem {
      id
    }
  }
  ... on TipSale {
    lineItem {
      id
    }
  }
}
fragment LineItemPage on LineItemConnection {
  nodes {
    ...LineItemFields
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<OrdersByIdQuery, OrdersByIdQueryVariables>;
export const OrderLinesDocument = new TypedDocumentString(`
    query OrderLines($id: ID!, $first: Int!, $after: String) {
  order(id: $id) {
    updatedAt
    lineItems(first: $first, after: $after) {
      ...LineItemPage
    }
  }
}
    fragment LineItemFields on LineItem {
  id
  title
  variantTitle
  sku
  vendor
  quantity
  currentQuantity
  isGiftCard
  product {
    id
  }
  variant {
    id
  }
  originalUnitPriceSet {
    shopMoney {
      amount
    }
  }
  discountedTotalSet {
    shopMoney {
      amount
    }
  }
}
fragment LineItemPage on LineItemConnection {
  nodes {
    ...LineItemFields
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<OrderLinesQuery, OrderLinesQueryVariables>;
export const OrderAgreementsDocument = new TypedDocumentString(`
    query OrderAgreements($id: ID!, $agreements: Int!, $after: String, $sales: Int!, $salesAfter: String) {
  order(id: $id) {
    updatedAt
    agreements(first: $agreements, after: $after) {
      edges {
        cursor
        node {
          ...AgreementFields
          sales(first: $sales, after: $salesAfter) {
            nodes {
              ...SaleFields
            }
            pageInfo {
              hasNextPage
              endCursor
            }
          }
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
}
    fragment AgreementFields on SalesAgreement {
  __typename
  id
  happenedAt
  ... on RefundAgreement {
    refund {
      id
    }
  }
}
fragment SaleFields on Sale {
  id
  actionType
  lineType
  quantity
  totalAmount {
    shopMoney {
      amount
    }
  }
  totalTaxAmount {
    shopMoney {
      amount
    }
  }
  totalDiscountAmountBeforeTaxes {
    shopMoney {
      amount
    }
  }
  ... on ProductSale {
    lineItem {
      id
    }
  }
  ... on GiftCardSale {
    lineItem {
      id
    }
  }
  ... on TipSale {
    lineItem {
      id
    }
  }
}`) as unknown as TypedDocumentString<OrderAgreementsQuery, OrderAgreementsQueryVariables>;
export const FirstOrderDocument = new TypedDocumentString(`
    query FirstOrder($query: String) {
  orders(first: 1, query: $query, sortKey: CREATED_AT) {
    nodes {
      id
      createdAt
    }
  }
}
    `) as unknown as TypedDocumentString<FirstOrderQuery, FirstOrderQueryVariables>;
export const OrdersCountDocument = new TypedDocumentString(`
    query OrdersCount($query: String) {
  ordersCount(query: $query, limit: null) {
    count
    precision
  }
}
    `) as unknown as TypedDocumentString<OrdersCountQuery, OrdersCountQueryVariables>;
export const BulkProductsDocument = new TypedDocumentString(`
    query BulkProducts($query: String) {
  products(query: $query) {
    edges {
      node {
        ...ProductFields
        variants {
          edges {
            node {
              ...VariantFields
            }
          }
        }
      }
    }
  }
}
    fragment ProductFields on Product {
  id
  title
  vendor
  productType
  status
  handle
  createdAt
  updatedAt
  featuredMedia {
    preview {
      image {
        url
      }
    }
  }
}
fragment VariantFields on ProductVariant {
  id
  title
  sku
  price
  position
  inventoryQuantity
  inventoryItem {
    id
  }
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<BulkProductsQuery, BulkProductsQueryVariables>;
export const ChangedProductsDocument = new TypedDocumentString(`
    query ChangedProducts($query: String, $after: String) {
  products(first: 250, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes {
      id
      updatedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ChangedProductsQuery, ChangedProductsQueryVariables>;
export const ProductsByIdDocument = new TypedDocumentString(`
    query ProductsById($ids: [ID!]!, $variants: Int!) {
  nodes(ids: $ids) {
    ... on Product {
      ...ProductFields
      variants(first: $variants) {
        ...VariantPage
      }
    }
  }
}
    fragment ProductFields on Product {
  id
  title
  vendor
  productType
  status
  handle
  createdAt
  updatedAt
  featuredMedia {
    preview {
      image {
        url
      }
    }
  }
}
fragment VariantFields on ProductVariant {
  id
  title
  sku
  price
  position
  inventoryQuantity
  inventoryItem {
    id
  }
  createdAt
  updatedAt
}
fragment VariantPage on ProductVariantConnection {
  nodes {
    ...VariantFields
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<ProductsByIdQuery, ProductsByIdQueryVariables>;
export const ProductVariantsDocument = new TypedDocumentString(`
    query ProductVariants($id: ID!, $first: Int!, $after: String) {
  product(id: $id) {
    updatedAt
    variants(first: $first, after: $after) {
      ...VariantPage
    }
  }
}
    fragment VariantFields on ProductVariant {
  id
  title
  sku
  price
  position
  inventoryQuantity
  inventoryItem {
    id
  }
  createdAt
  updatedAt
}
fragment VariantPage on ProductVariantConnection {
  nodes {
    ...VariantFields
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<ProductVariantsQuery, ProductVariantsQueryVariables>;
export const ProductsCountDocument = new TypedDocumentString(`
    query ProductsCount($query: String) {
  productsCount(query: $query, limit: null) {
    count
    precision
  }
}
    `) as unknown as TypedDocumentString<ProductsCountQuery, ProductsCountQueryVariables>;
export const BulkOrderIdsDocument = new TypedDocumentString(`
    query BulkOrderIds($query: String) {
  orders(query: $query) {
    edges {
      node {
        id
        updatedAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<BulkOrderIdsQuery, BulkOrderIdsQueryVariables>;
export const BulkCustomerIdsDocument = new TypedDocumentString(`
    query BulkCustomerIds($query: String) {
  customers(query: $query) {
    edges {
      node {
        id
        updatedAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<BulkCustomerIdsQuery, BulkCustomerIdsQueryVariables>;
export const BulkProductIdsDocument = new TypedDocumentString(`
    query BulkProductIds($query: String) {
  products(query: $query) {
    edges {
      node {
        id
        updatedAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<BulkProductIdsQuery, BulkProductIdsQueryVariables>;
export const SalesReportDocument = new TypedDocumentString(`
    query SalesReport($query: String!) {
  shopifyqlQuery(query: $query) {
    parseErrors
    tableData {
      columns {
        name
      }
      rows
    }
  }
}
    `) as unknown as TypedDocumentString<SalesReportQuery, SalesReportQueryVariables>;
export const ShopDocument = new TypedDocumentString(`
    query Shop {
  shop {
    id
    name
    myshopifyDomain
    ianaTimezone
    currencyCode
    email
    plan {
      publicDisplayName
      partnerDevelopment
      shopifyPlus
    }
  }
  currentAppInstallation {
    accessScopes {
      handle
    }
  }
}
    `) as unknown as TypedDocumentString<ShopQuery, ShopQueryVariables>;
export const WebhookSubscriptionsDocument = new TypedDocumentString(`
    query WebhookSubscriptions($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes {
      id
      topic
      uri
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<WebhookSubscriptionsQuery, WebhookSubscriptionsQueryVariables>;
export const WebhookSubscribeDocument = new TypedDocumentString(`
    mutation WebhookSubscribe($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(
    topic: $topic
    webhookSubscription: {uri: $uri, format: JSON}
  ) {
    webhookSubscription {
      id
    }
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<WebhookSubscribeMutation, WebhookSubscribeMutationVariables>;
export const WebhookUnsubscribeDocument = new TypedDocumentString(`
    mutation WebhookUnsubscribe($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors {
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<WebhookUnsubscribeMutation, WebhookUnsubscribeMutationVariables>;
