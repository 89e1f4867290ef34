import { audit } from '../db/audit.ts';
import type { Database, Tx } from '../db/database.ts';
import { dropBodies, type InboxEvent } from '../db/inbox-event.ts';
import { ENDED, type Tenant } from '../db/models/tenant.ts';
import type { Dialect } from '../db/types.ts';
import { type ComplianceBody, readCompliance } from '../shopify/compliance.ts';
import { eraseStore, stepsOf } from './erase-store.ts';
import { forgetContacts, isErased, isNoted, noteRequest, type Person, requestedAt } from './requests.ts';

export interface PrivacyDeps {
  db: Database;
  /** Whom a request means, with all that is known of the same person. */
  identify(db: Database, tenantId: string, named: ComplianceBody): Promise<Person>;
  /** Erases a person from all records, for good. */
  redactPerson(tx: Tx, dialect: Dialect, tenantId: string, person: Person): Promise<void>;
  /** Removes the bodies of webhooks that name a person; `since`: of those that have ended since then. */
  eraseBodies(db: Database, tenantId: string, person: Person, since?: Date): Promise<void>;
  /** Ends the connection of a store and what runs for it, until it is erased; or says why that is not to be done. */
  beginErasing(tenant: Tenant, asked: Date, signal: AbortSignal): Promise<string | null>;
}

type Handler = (event: InboxEvent, signal: AbortSignal) => Promise<void>;
type OfTenant = InboxEvent & { tenantId: string };

/** What is done about Shopify's compliance topics; each may be done twice. */
export const complianceHandlers = (deps: PrivacyDeps): Record<string, Handler> => ({
  'customers/data_request': ours(deps, (event) => noteDataRequest(deps, event)),
  'customers/redact': ours(deps, (event) => redactCustomer(deps, event)),
  'shop/redact': ours(deps, (event, signal) => redactShop(deps, event, signal)),
});

/** Of a shop that is not known here nothing is stored: there is nothing to tell and nothing to erase. */
const ours =
  ({ db }: PrivacyDeps, handle: (event: OfTenant, signal: AbortSignal) => Promise<void>): Handler =>
  async (event, signal) => {
    const { tenantId, shopDomain, webhookId, topic } = event;
    if (tenantId !== null) {
      if (!(await isNoted(db, event))) await handle({ ...event, tenantId }, signal);
      return;
    }
    await db.transaction(async (tx) => {
      await audit(tx, db.dialect, {
        tenantId,
        userId: null,
        action: 'privacy.unknown_shop',
        subject: shopDomain,
        detail: { topic, webhookId },
      });
      await dropBodies(tx, [{ shopDomain, webhookId }]);
    });
  };

/** @throws Error where nobody is named: the event then ends as dead, with its body, and not as carried out */
function whomOf({ body }: InboxEvent): ComplianceBody {
  const whom = readCompliance(body);
  if (whom.customerId === null && whom.orderIds.length === 0)
    throw new Error('The request names no customer and no order.');
  return whom;
}

async function noteDataRequest({ db }: PrivacyDeps, event: OfTenant): Promise<void> {
  const { customerId, orderIds, contacts } = whomOf(event);
  const tenant = await db.models.Tenant.findByPk(event.tenantId);
  // of a store that was erased, as of a person who was, nothing is left to be found by contacts
  const isStoreErased = tenant !== null && tenant.currency === null && ENDED.has(tenant.status);
  await db.transaction(async (tx) => {
    const isGone = isStoreErased || (await isErased(tx, event.tenantId, { customerId, orderIds }));
    await noteRequest(tx, db.dialect, event, {
      kind: 'data_request',
      customerId,
      orderIds,
      contacts: isGone ? [] : contacts,
      status: 'open',
      note: null,
    });
    await audit(tx, db.dialect, {
      tenantId: event.tenantId,
      userId: null,
      action: 'privacy.data_requested',
      subject: customerId,
      detail: { webhookId: event.webhookId, orders: orderIds.length },
    });
  });
}

async function redactCustomer(deps: PrivacyDeps, event: OfTenant): Promise<void> {
  const { db } = deps;
  const { tenantId, webhookId } = event;
  const named = whomOf(event);
  const { customerId, orderIds } = named;
  const began = new Date();
  const person = await deps.identify(db, tenantId, named);
  await deps.eraseBodies(db, tenantId, person);
  // from here on webhooks lose their bodies when they are processed
  await db.transaction((tx) => deps.redactPerson(tx, db.dialect, tenantId, person));
  // of those that were processed meanwhile
  await deps.eraseBodies(db, tenantId, person, began);
  await db.transaction(async (tx) => {
    await forgetContacts(tx, tenantId, person);
    await noteRequest(tx, db.dialect, event, {
      kind: 'customer_redact',
      customerId,
      orderIds,
      contacts: [],
      status: 'done',
      note: null,
    });
    await audit(tx, db.dialect, {
      tenantId,
      userId: null,
      action: 'privacy.customer_redacted',
      subject: customerId,
      detail: { webhookId, orders: orderIds.length },
    });
  });
}

/** Rule: Shopify sends it 48 hours after an uninstallation. The app may have been installed again since. */
async function redactShop(deps: PrivacyDeps, event: OfTenant, signal: AbortSignal): Promise<void> {
  const { db } = deps;
  const { tenantId, webhookId, shopDomain } = event;
  const tenant = await db.models.Tenant.findByPk(tenantId);
  if (!tenant) return;
  const asked = requestedAt(event);
  const told = { tenantId, userId: null, subject: shopDomain };
  const whyNot = await deps.beginErasing(tenant, asked, signal);
  if (whyNot !== null) {
    const detail = { webhookId, requestedAt: asked, installedAt: tenant.installedAt };
    await db.transaction(async (tx) => {
      await noteRequest(tx, db.dialect, event, {
        kind: 'shop_redact',
        customerId: null,
        orderIds: [],
        contacts: [],
        status: 'ignored',
        note: whyNot,
      });
      await audit(tx, db.dialect, { ...told, action: 'privacy.shop_redact_ignored', detail });
    });
    return;
  }
  const step = stepsOf(db, tenant);
  await eraseStore(db, tenantId, webhookId, step);
  await step(async (tx) => {
    await tx.run("UPDATE tenants SET status = 'uninstalled', status_reason = ? WHERE id = ?", [
      'Its data was erased, as Shopify asks for after an uninstallation.',
      BigInt(tenantId),
    ]);
    await audit(tx, db.dialect, { ...told, action: 'privacy.shop_redacted', detail: { webhookId } });
    await dropBodies(tx, [{ shopDomain, webhookId }]);
  });
}
