/** What people write: firebase-functions with firebase-admin, everything at the top. `npm run bench -- cold` compares with it. */

const { initializeApp } = require('firebase-admin/app');
const { getFirestore } = require('firebase-admin/firestore');
const { onRequest } = require('firebase-functions/v2/https');

initializeApp({ projectId: process.env.GOOGLE_CLOUD_PROJECT });

exports.hello = onRequest((_request, response) => {
  response.send('Hello');
});

exports.read = onRequest(async (_request, response) => {
  const document = await getFirestore().doc('customers/none').get();
  response.json({ exists: document.exists });
});
