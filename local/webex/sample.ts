/** The organizations and the integration of a stand-in that was given none. */

import { defaultPassword, type OrganizationOptions } from './people/organizations.ts';
import type { Client } from './world.ts';

export const sampleOrganizations: OrganizationOptions[] = [
  {
    id: '4a1b6d2e-0c53-4a7e-9f5d-3b8a1c2d4e5f',
    name: 'Acme Corporation',
    people: 250,
    administrators: [{ email: 'admin@acme.example', password: defaultPassword }],
    members: [{ email: 'member@acme.example', password: defaultPassword }],
  },
  {
    id: '8c2d7e3f-1d64-4b8f-8a6e-4c9b2d3e5f60',
    name: 'Globex',
    people: 120,
    administrators: [{ email: 'admin@globex.example', password: defaultPassword }],
  },
];

/** The program that starts the stand-in adds its own redirect URIs. */
export const sampleClient: Client = {
  clientId: 'local-client',
  clientSecrets: ['local-secret'],
  redirectUris: [],
  scopes: [
    'spark-admin:people_read',
    'spark-admin:licenses_read',
    'spark-admin:roles_read',
    'spark-admin:organizations_read',
    'identity:people_read',
  ],
};
