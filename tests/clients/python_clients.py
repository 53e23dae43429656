"""Runs the table of calls with the three official clients for Python against `etui serve`.

usage: python_clients.py ENDPOINT PROTOCOL CLIENT
CLIENT: new-v3, new-v1 (alibabacloud_kms20160120), old (aliyun-python-sdk-kms), cache (aliyun-secret-manager-client)
Prints a line for each call and ends with 1 at the first that is not as it should be.
"""
import json
import os
import sys

endpoint, protocol, client_name = sys.argv[1:4]
key_id = os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"]
key_secret = os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
prefix = f"clients/{client_name}"
calls = 0


def check(what, holds, told=""):
    global calls
    calls += 1
    print(f"{client_name:8} {'ok' if holds else 'FAILED'} {what} {'' if holds else told}", flush=True)
    if not holds:
        sys.exit(1)


class Refused(Exception):
    def __init__(self, code, message, status, request_id):
        super().__init__(f"{code} {status} {message} {request_id}")
        self.code, self.message, self.status, self.request_id = code, message, status, request_id


def new_client(signature_algorithm):
    from alibabacloud_kms20160120.client import Client
    from alibabacloud_kms20160120 import models
    from alibabacloud_tea_openapi.models import Config

    config = Config(access_key_id=key_id, access_key_secret=key_secret, endpoint=endpoint, protocol=protocol)
    if signature_algorithm:
        config.signature_algorithm = signature_algorithm
    if protocol == "https":
        config.ca = os.environ["ALIBABA_CLOUD_CA_BUNDLE"]
    client = Client(config)
    names = {"GetRandomPassword": "get_random_password"}

    def call(action, **parameters):
        method = "".join("_" + c.lower() if c.isupper() else c for c in action).lstrip("_")
        request = getattr(models, action + "Request")()
        request.from_map(parameters)
        try:
            body = getattr(client, names.get(action, method))(request).body
        except Exception as error:
            if not hasattr(error, "code"):
                raise
            data = getattr(error, "data", None) or {}
            status = getattr(error, "status_code", None) or data.get("httpCode") or data.get("statusCode")
            request_id = getattr(error, "request_id", None) or data.get("RequestId") or data.get("requestId")
            raise Refused(error.code, str(getattr(error, "message", "")), status, request_id)
        return body.to_map()

    return call


def old_client():
    from aliyunsdkcore.client import AcsClient
    from aliyunsdkcore.acs_exception.exceptions import ServerException
    from aliyunsdkcore.request import RpcRequest
    import importlib

    client = AcsClient(key_id, key_secret, "cn-hangzhou", verify=protocol != "https")
    client.add_endpoint("cn-hangzhou", "Kms", endpoint)
    client.add_endpoint("cn-hangzhou", "kms", endpoint)

    def call(action, **parameters):
        try:
            module = importlib.import_module(f"aliyunsdkkms.request.v20160120.{action}Request")
            request = getattr(module, f"{action}Request")()
        except ModuleNotFoundError:
            # Newer than this SDK, which then takes any name.
            request = RpcRequest("Kms", "2016-01-20", action, "kms")
            request.set_method("POST")
        # It compares the word by identity.
        request.set_protocol_type("https" if protocol == "https" else "http")
        request.set_endpoint(endpoint)
        request.set_accept_format("json")
        for name, value in parameters.items():
            if isinstance(value, list):
                for number, entry in enumerate(value, 1):
                    for key, part in entry.items() if isinstance(entry, dict) else [(None, entry)]:
                        request.add_query_param(f"{name}.{number}" + (f".{key}" if key else ""), part)
            else:
                request.add_query_param(name, value)
        try:
            return json.loads(client.do_action_with_exception(request))
        except ServerException as error:
            raise Refused(error.get_error_code(), error.get_error_msg(), error.get_http_status(),
                          error.get_request_id())

    return call


def refused(call, code, status, action, **parameters):
    try:
        answer = call(action, **parameters)
    except Refused as error:
        holds = (error.code == code and int(error.status or status) == status
                 and bool(error.message) and bool(error.request_id))
        check(f"{action} is refused with {code}", holds, str(error))
        return
    check(f"{action} is refused with {code}", False, f"it was answered {answer}")


def table(call, is_new):
    name = f"{prefix}/db"
    tags = json.dumps([{"TagKey": "env", "TagValue": "test"}])
    value = "a b+c/d=&%~*'\"ä\n" + "x" * 2000
    made = call("CreateSecret", SecretName=name, VersionId="v1", SecretData=value, Description="a b", Tags=tags,
                EncryptionKeyId="key-x", DKMSInstanceId="kst-x", EnableAutomaticRotation=False,
                RotationInterval="30d")
    check("CreateSecret", made["SecretName"] == name and made["VersionId"] == "v1", made)
    got = call("GetSecretValue", SecretName=name)
    check("GetSecretValue gives what was stored", got["SecretData"] == value, got)
    put = call("PutSecretValue", SecretName=name, VersionId="v2", SecretData="two")
    check("PutSecretValue", put["VersionStages"]["VersionStage"] == ["ACSCurrent"], put)
    put = call("PutSecretValue", SecretName=name, VersionId="v2", SecretData="two")
    check("PutSecretValue again is idempotent", put["VersionId"] == "v2", put)
    refused(call, "Rejected.ResourceExist", 409, "PutSecretValue", SecretName=name, VersionId="v2",
            SecretData="other")
    refused(call, "Rejected.ResourceExist", 409, "CreateSecret", SecretName=name, VersionId="v1", SecretData="x")
    put = call("PutSecretValue", SecretName=name, VersionId="v3", SecretData="three",
               VersionStages=json.dumps(["canary"]))
    check("PutSecretValue with a stage", put["VersionStages"]["VersionStage"] == ["canary"], put)
    check("GetSecretValue by id", call("GetSecretValue", SecretName=name, VersionId="v1")["SecretData"] == value)
    previous = call("GetSecretValue", SecretName=name, VersionStage="ACSPrevious")
    check("GetSecretValue by stage", previous["VersionId"] == "v1", previous)
    arn = f"acs:kms:cn-hangzhou:1234567890:secret/{name}"
    check("GetSecretValue by ARN", call("GetSecretValue", SecretName=arn)["SecretData"] == "two")
    refused(call, "Forbidden.ResourceNotFound", 404, "GetSecretValue", SecretName=f"{prefix}/none")
    refused(call, "InvalidParameter", 400, "GetSecretValue", SecretName="a b")
    if is_new:
        refused(call, "DryRunOperationError", 400, "GetSecretValue", SecretName=name, DryRun="true")
    listed = call("ListSecretVersionIds", SecretName=name, IncludeDeprecated="true", PageNumber=1, PageSize=2)
    check("ListSecretVersionIds, page 1", listed["TotalCount"] == 3
          and [v["VersionId"] for v in listed["VersionIds"]["VersionId"]] == ["v3", "v2"], listed)
    listed = call("ListSecretVersionIds", SecretName=name, IncludeDeprecated="true", PageNumber=2, PageSize=2)
    check("ListSecretVersionIds, page 2",
          [v["VersionId"] for v in listed["VersionIds"]["VersionId"]] == ["v1"], listed)
    call("UpdateSecretVersionStage", SecretName=name, VersionStage="canary", MoveToVersion="v2",
         RemoveFromVersion="v3")
    got = call("GetSecretValue", SecretName=name, VersionStage="canary")
    check("UpdateSecretVersionStage", got["VersionId"] == "v2", got)
    call("UpdateSecret", SecretName=name, Description="other")
    described = call("DescribeSecret", SecretName=name, FetchTags="true")
    check("UpdateSecret, DescribeSecret", described["Description"] == "other"
          and described["Tags"]["Tag"] == [{"TagKey": "env", "TagValue": "test"}], described)
    call("TagResource", SecretName=name, Tags=json.dumps([{"TagKey": "a", "TagValue": "b"}]))
    call("UntagResource", SecretName=name, TagKeys=json.dumps(["env"]))
    described = call("DescribeSecret", SecretName=name, FetchTags="True")
    check("TagResource, UntagResource", described["Tags"]["Tag"] == [{"TagKey": "a", "TagValue": "b"}], described)
    call("TagResources", RegionId="local", ResourceType="secret", ResourceId=[name],
         Tag=[{"Key": "c", "Value": "d"}, {"Key": "e", "Value": "f"}])
    call("UntagResources", RegionId="local", ResourceType="secret", ResourceId=[name], TagKey=["a", "c"])
    found = call("ListTagResources", RegionId="local", ResourceType="secret", ResourceId=[name])
    check("TagResources, UntagResources, ListTagResources",
          [(t["ResourceId"], t["TagKey"], t["TagValue"]) for t in found["TagResources"]["TagResource"]]
          == [(name, "e", "f")], found)
    for number in range(3):
        call("CreateSecret", SecretName=f"{prefix}/list{number}", VersionId="v1", SecretData=str(number))
    filters = json.dumps([{"Key": "SecretName", "Values": [f"{prefix}/list{n}" for n in range(3)]}])
    page = call("ListSecrets", Filters=filters, PageNumber=2, PageSize=2, FetchTags="true")
    check("ListSecrets, page 2", page["TotalCount"] == 3
          and [s["SecretName"] for s in page["SecretList"]["Secret"]] == [f"{prefix}/list2"], page)
    wanted = [{"SecretName": name}, {"SecretName": f"{prefix}/none"}]
    batch = call("BatchGetSecretValue", SecretsList=wanted if is_new else json.dumps(wanted))
    check("BatchGetSecretValue", batch["SecretValues"][0]["SecretData"] == "two"
          and batch["Errors"][0]["Code"] == "Forbidden.ResourceNotFound", batch)
    deleted = call("DeleteSecret", SecretName=name, RecoveryWindowInDays="7")
    check("DeleteSecret", deleted["PlannedDeleteTime"].endswith("Z"), deleted)
    refused(call, "Rejected.ResourceInDeleteWindow", 409, "GetSecretValue", SecretName=name)
    call("RestoreSecret", SecretName=name)
    check("RestoreSecret", call("GetSecretValue", SecretName=name)["SecretData"] == "two")
    refused(call, "Rejected.ResourceInUse", 409, "RestoreSecret", SecretName=name)
    call("DeleteSecret", SecretName=name, ForceDeleteWithoutRecovery="true")
    refused(call, "Forbidden.ResourceNotFound", 404, "DescribeSecret", SecretName=name)
    password = call("GetRandomPassword", PasswordLength="40", ExcludePunctuation="true")["RandomPassword"]
    check("GetRandomPassword", len(password) == 40 and password.isalnum(), password)
    refused(call, "UnsupportedOperation", 400, "GetSecretPolicy", SecretName=name)


def cache_client():
    from alibaba_cloud_secretsmanager_client.secret_manager_cache_client_builder import SecretManagerCacheClientBuilder
    from alibaba_cloud_secretsmanager_client.service.default_secret_manager_client_builder import DefaultSecretManagerClientBuilder
    from alibaba_cloud_secretsmanager_client.model.region_info import RegionInfo

    store = old_client()
    name = f"{prefix}/db"
    store("CreateSecret", SecretName=name, VersionId="v1", SecretData="one")
    builder = DefaultSecretManagerClientBuilder.standard().with_access_key(key_id, key_secret)
    builder.add_region_info(RegionInfo("cn-hangzhou", False, endpoint)) if hasattr(builder, "add_region_info") \
        else builder.with_region_info(RegionInfo("cn-hangzhou", False, endpoint))
    client = SecretManagerCacheClientBuilder.new_cache_client_builder(builder.build()).build()
    info = client.get_secret_info(name)
    check("get_secret_info", (info.secret_value, info.version_id) == ("one", "v1"), vars(info))
    store("PutSecretValue", SecretName=name, VersionId="v2", SecretData="two")
    client.refresh_now(name)
    check("refresh_now", client.get_secret_info(name).secret_value == "two")


if client_name == "new-v3":
    table(new_client(None), True)
elif client_name == "new-v1":
    table(new_client("v2"), True)
elif client_name == "old":
    table(old_client(), False)
else:
    cache_client()
print(f"{client_name}: {calls} checks passed")
# The cache client's threads would keep the process.
sys.stdout.flush()
os._exit(0)
