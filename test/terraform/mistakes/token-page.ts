// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are Terraform's.

/** Mistakes in the origin of the token page. */

import { type Mistake, terraform } from './mistake.ts';

const tokenPage = terraform('token_page.tf');

export const tokenPageMistakes: Mistake[] = [
  {
    name: 'the token page shares its origin with other functions',
    file: tokenPage,
    find: '"https://webex-teams-oauth-${data.google_project.this.number}.${var.region}.run.app"',
    put: '"https://${var.region}-${var.project_id}.cloudfunctions.net/webex_teams_oauth"',
    red: 'token_page/own_origin',
  },
  {
    name: 'the domain leads to another function',
    file: tokenPage,
    find: 'google_cloudfunctions2_function.this["webex_teams_oauth"].service_config[0].service',
    put: 'google_cloudfunctions2_function.this["customers"].service_config[0].service',
    red: 'token_page/domain',
  },
  {
    name: 'the token page is served without TLS',
    file: tokenPage,
    find: '"443"',
    put: '"80"',
    red: 'token_page/domain',
  },
  {
    name: 'a URL passes for a domain',
    file: terraform('variables.tf'),
    find: 'can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\\\.)+[a-z]{2,}$", var.token_page_domain))',
    put: 'true',
    red: 'token_page/refuses_a_url_for_a_domain',
  },
  {
    name: 'a shared domain passes for a domain of its own',
    file: terraform('variables.tf'),
    find: '!can(regex("(cloudfunctions\\\\.net|run\\\\.app)$", var.token_page_domain))',
    put: 'true',
    red: 'token_page/refuses_a_shared_domain',
  },
];
