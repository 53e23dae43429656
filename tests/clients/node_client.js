// Runs the calls with the official client for Node.js against `etui serve`.
// usage: node node_client.js ENDPOINT PROTOCOL
const kms = require("@alicloud/kms20160120");
const { Config } = require("@alicloud/rpc-client");

const [endpoint, protocol] = process.argv.slice(2);
const config = new Config({
  accessKeyId: process.env.ALIBABA_CLOUD_ACCESS_KEY_ID,
  accessKeySecret: process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
  regionId: "cn-hangzhou",
  endpoint,
  protocol,
});
const client = new kms.default(config);
let checks = 0;

function check(what, holds, told) {
  checks += 1;
  console.log(`node     ${holds ? "ok" : "FAILED"} ${what} ${holds ? "" : JSON.stringify(told)}`);
  if (!holds) process.exit(1);
}

async function call(action, parameters) {
  const method = action[0].toLowerCase() + action.slice(1);
  return client[method](new kms[`${action}Request`](parameters));
}

async function refused(code, action, parameters) {
  try {
    const answer = await call(action, parameters);
    check(`${action} is refused with ${code}`, false, answer);
  } catch (error) {
    const told = error.data || {};
    const holds = told.Code === code && told.HttpStatus >= 400 && told.Message && told.RequestId;
    check(`${action} is refused with ${code}`, Boolean(holds), { message: error.message, told });
  }
}

async function main() {
  const secretName = "clients/node/db";
  const value = "a b+c/d=&%~*'\"ä\n" + "x".repeat(2000);
  const made = await call("CreateSecret", {
    secretName, versionId: "v1", secretData: value, encryptionKeyId: "key-x", enableAutomaticRotation: false, tags: JSON.stringify([{ TagKey: "env", TagValue: "test" }]),
  });
  check("CreateSecret", made.secretName === secretName, made);
  const got = await call("GetSecretValue", { secretName });
  check("GetSecretValue gives what was stored", got.secretData === value, got);
  const put = await call("PutSecretValue", { secretName, versionId: "v2", secretData: "two" });
  check("PutSecretValue", put.versionStages.versionStage[0] === "ACSCurrent", put);
  await call("PutSecretValue", { secretName, versionId: "v2", secretData: "two" });
  check("PutSecretValue again is idempotent", true);
  await refused("Rejected.ResourceExist", "PutSecretValue", { secretName, versionId: "v2", secretData: "other" });
  await refused("Forbidden.ResourceNotFound", "GetSecretValue", { secretName: "clients/node/none" });
  check("GetSecretValue by id", (await call("GetSecretValue", { secretName, versionId: "v1" })).secretData === value);
  const previous = await call("GetSecretValue", { secretName, versionStage: "ACSPrevious" });
  check("GetSecretValue by stage", previous.versionId === "v1", previous);
  const page = await call("ListSecretVersionIds", { secretName, includeDeprecated: "true", pageNumber: 2, pageSize: 1 });
  check("ListSecretVersionIds, page 2", page.totalCount === 2 && page.versionIds.versionId[0].versionId === "v1", page);
  await call("UpdateSecretVersionStage", { secretName, versionStage: "canary", moveToVersion: "v1" });
  check("UpdateSecretVersionStage", (await call("GetSecretValue", { secretName, versionStage: "canary" })).versionId === "v1");
  await call("TagResource", { secretName, tags: JSON.stringify([{ TagKey: "a", TagValue: "b" }]) });
  await call("UntagResource", { secretName, tagKeys: JSON.stringify(["env"]) });
  const described = await call("DescribeSecret", { secretName, fetchTags: "true" });
  check("TagResource, UntagResource, DescribeSecret", described.tags.tag.length === 1, described);
  const list = await call("ListSecrets", { pageNumber: 1, pageSize: 10 });
  check("ListSecrets", list.secretList.secret.length > 0, list);
  await call("DeleteSecret", { secretName, recoveryWindowInDays: "7" });
  await refused("Rejected.ResourceInDeleteWindow", "GetSecretValue", { secretName });
  await call("RestoreSecret", { secretName });
  check("DeleteSecret, RestoreSecret", (await call("GetSecretValue", { secretName })).secretData === "two");
  await call("DeleteSecret", { secretName, forceDeleteWithoutRecovery: "true" });
  await refused("Forbidden.ResourceNotFound", "DescribeSecret", { secretName });
  const random = await call("GetRandomPassword", { passwordLength: "40" });
  check("GetRandomPassword", random.randomPassword.length === 40, random);
  console.log(`node: ${checks} checks passed`);
}

main().catch((error) => {
  console.log("node     FAILED", error);
  process.exit(1);
});
