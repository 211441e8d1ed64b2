/** Mistakes in what is stored: backups, expiry, indexes and secrets. */

import { firestore, indexes, type Mistake, terraform } from './mistake.ts';

export const dataMistakes: Mistake[] = [
  {
    name: 'the database can be deleted',
    file: firestore,
    find: '"DELETE_PROTECTION_ENABLED"',
    put: '"DELETE_PROTECTION_DISABLED"',
    red: 'data_protection/database',
  },
  {
    name: 'no point-in-time recovery',
    file: firestore,
    find: '"POINT_IN_TIME_RECOVERY_ENABLED"',
    put: '"POINT_IN_TIME_RECOVERY_DISABLED"',
    red: 'data_protection/database',
  },
  {
    name: 'weekly backups expire after a week',
    file: firestore,
    find: '"8467200s"',
    put: '"604800s"',
    red: 'data_protection/database',
  },
  {
    name: 'who read a secret is forgotten after a month',
    file: terraform('secrets.tf'),
    find: 'retention_days = 400',
    put: 'retention_days = 30',
    red: 'data_protection/secrets',
  },
  {
    name: 'a dropped TTL',
    file: indexes,
    find: '"collectionGroup": "used_states",\n      "fieldPath": "expireAt",\n      "ttl": true,',
    put: '"collectionGroup": "used_states",\n      "fieldPath": "expireAt",',
    red: 'data_protection/time_to_live',
  },
  {
    name: 'a document that is said to end, and does not',
    file: 'docs/storage.md',
    find: '`sync_users` | 396 days (TTL) |\n| `customers/{id}/catalog',
    put: '`sync_users` | with the customer |\n| `customers/{id}/catalog',
    red: 'drift',
  },
  {
    name: 'terraform ignores the TTLs of the list',
    file: firestore,
    find: 'for_each = try(each.value.ttl, false) ? [true] : []',
    put: 'for_each = try(each.value.timeToLive, false) ? [true] : []',
    red: 'data_protection/time_to_live',
  },
  {
    name: 'sealed tokens are indexed',
    file: indexes,
    find: '"fieldPath": "grant.sealedRefreshToken",\n      "indexes": []',
    put: '"fieldPath": "grant.sealedRefreshToken",\n      "indexes": [{ "order": "ASCENDING", "queryScope": "COLLECTION" }]',
    red: 'data_protection/indexes',
  },
  {
    name: 'the sealing keys can be deleted',
    file: terraform('secrets.tf'),
    find: 'deletion_protection = true',
    put: 'deletion_protection = false',
    red: 'data_protection/secrets',
  },
  {
    name: 'a secret has another name than the code reads',
    file: terraform('secrets.tf'),
    find: '    sealing-keys      =',
    put: '    sealing-key       =',
    red: 'drift',
  },
];
