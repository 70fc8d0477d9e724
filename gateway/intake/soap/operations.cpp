#include "gateway/intake/soap/operations.h"

namespace yht::soap {
namespace {

using enum Content;

// clang-format off
//   name                  content  required many  note
constexpr Shape kFieldError[] = {
    {"pointer",            Text,    true,  false, "出错位置(JSON 指针) where, as a JSON pointer"},
    {"code",               Token,   true,  false, "规则代码 which rule, a stable name"},
    {"limit",              Text,    true,  false, "限值 the bound, or empty"},
    {"en",                 Text,    true,  false, "英文说明 in English"},
    {"zh",                 Text,    true,  false, "中文说明 in Chinese"},
};
constexpr Shape kProblem[] = {
    {"type",               Token,   true,  false, "urn:yht:error:…"},
    {"title",              Text,    true,  false, "英文 in English"},
    {"title_zh",           Text,    true,  false, "中文 in Chinese"},
    {"status",             Number,  true,  false, "REST 的状态码 the status that REST gives"},
    {"detail",             Text,    true,  false, "英文:是什么、在哪里、怎么办 what, where, what to do"},
    {"detail_zh",          Text,    true,  false, "中文:是什么、在哪里、怎么办 the same in Chinese"},
    {"code",               Token,   true,  false, "错误码 the stable code, see yht errors"},
    {"retry",              Token,   true,  false, "never 不再报送, fixed 改正后报送, later 稍后重发"},
    {"errors",             Object,  false, true,  "每个字段的错误 every field's error at once", kFieldError},
    {"signature_base",     Text,    false, false, "签名基串 what we verified the signature over"},
};
constexpr Shape kSubmitRecord[] = {
    {"record",             Record,  true,  true,  "规范记录,1 至 500 条 normalized records, 1 to 500"},
};
constexpr Shape kSubmitItem[] = {
    {"status",             Number,  true,  false, "201 新 created, 200 重复 duplicate, 409 冲突 conflict, 422 …"},
    {"ticket_no",          Token,   false, false, "工单编号 the ticket's number"},
    {"seq",                Token,   false, false, "账本序号 sequence number in the ledger"},
    {"verdict",            Token,   false, false, "created, stale, duplicate"},
    {"duplicate",          Flag,    false, false, "以前报送过 it had come before"},
    {"receipt",            Json,    false, false, "回执(JSON,离线可验) the receipt, proves offline"},
    {"problem",            Object,  false, false, "该条被拒原因 why this one was refused", kProblem},
};
constexpr Shape kSubmitRecordAnswer[] = {
    {"items",              Object,  true,  true,  "按报送顺序逐条答复 one for each record, in order", kSubmitItem},
};
constexpr Shape kSubmitMessage[] = {
    {"source",             Token,   true,  false, "来源 id of the source"},
    {"content_type",       Token,   false, false, "媒体类型 its media type"},
    {"idempotency_key",    Token,   false, false, "幂等键 the same key: the same answer"},
    {"content",            Bytes,   true,  false, "来源自有格式的报文 the message in the source's own format"},
};
constexpr Shape kAccount[] = {
    {"received",           Number,  true,  false, "收到 received"},
    {"accepted",           Number,  true,  false, "接收 accepted"},
    {"stale",              Number,  true,  false, "其中旧版本 of these, older versions"},
    {"duplicate",          Number,  true,  false, "重复 duplicate"},
    {"quarantined",        Number,  true,  false, "隔离 waits for an operator"},
    {"refused",            Number,  true,  false, "拒绝 refused"},
    {"ignored",            Number,  true,  false, "按规则忽略 ignored by a rule"},
    {"ignored_by",         Named,   true,  false, "规则与条数 rule and count"},
};
constexpr Shape kMessageItem[] = {
    {"index",              Number,  true,  false, "序号,从 0 起 from 0"},
    {"place",              Text,    false, false, "在报文中的位置 where in the message"},
    {"verdict",            Token,   true,  false, "accepted, stale, duplicate, quarantined, refused, ignored"},
    {"ticket_no",          Token,   false, false, "工单编号 the ticket's number"},
    {"seq",                Token,   false, false, "首条记录的账本序号 of its first record"},
    {"seqs",               Token,   false, true,  "全部记录的账本序号 of all its records"},
    {"receipts",           Json,    false, true,  "回执 receipts"},
    {"quarantine_no",      Token,   false, false, "隔离编号 number in quarantine"},
    {"ignored_by",         Token,   false, false, "规则名 the rule"},
    {"code",               Token,   false, false, "错误码 the error's code"},
    {"zh",                 Text,    false, false, "中文说明"},
    {"en",                 Text,    false, false, "in English"},
    {"errors",             Object,  false, true,  "每个字段的错误 every field's error", kFieldError},
};
constexpr Shape kSubmitMessageAnswer[] = {
    {"account",            Object,  true,  false, "账目 the account of this message", kAccount},
    {"items",              Object,  false, true,  "逐条结果 item by item", kMessageItem},
    {"items_not_shown",    Number,  true,  false, "未列出的条数 items not shown"},
    {"message_seq",        Token,   false, false, "报文的账本序号 of the message"},
    {"receipt",            Json,    false, false, "报文的回执 receipt of the message"},
};
constexpr Shape kUploadAttachment[] = {
    {"sha256",             Token,   true,  false, "内容的 SHA-256(小写十六进制) of the content, lower-case hexadecimal"},
    {"size_bytes",         Number,  true,  false, "内容的字节数 its length"},
    {"media_type",         Token,   true,  false, "媒体类型 its media type"},
    {"content",            Bytes,   true,  false, "内容:MTOM/XOP,或 1 MB 以内的 base64 the content: MTOM/XOP, or base64 up to 1 MB"},
};
constexpr Shape kUploadAttachmentAnswer[] = {
    {"digest",             Token,   true,  false, "SHA-256"},
    {"size_bytes",         Number,  true,  false, "字节数 length"},
    {"media_type",         Token,   true,  false, "按内容判定的类型 type by content"},
};
constexpr Shape kGetTicket[] = {
    {"ticket_no",          Token,   false, false, "工单编号,或下面两项 the ticket's number, or the next two"},
    {"source",             Token,   false, false, "来源 source"},
    {"ticket_ref",         Text,    false, false, "来源工单编号 the ticket's number there"},
};
constexpr Shape kState[] = {
    {"code",               Number,  true,  false, "状态码 code"},
    {"name",               Token,   true,  false, "名称 name"},
    {"zh",                 Text,    true,  false, "中文名"},
    {"final",              Flag,    true,  false, "终态 nothing follows"},
};
constexpr Shape kAlias[] = {
    {"party",              Token,   true,  false, "编号所属方 whose number"},
    {"number",             Text,    true,  false, "编号 number"},
};
constexpr Shape kTicketRecord[] = {
    {"in_force",           Flag,    true,  false, "现行版本 the version in force"},
    {"seq",                Token,   true,  false, "账本序号 sequence number"},
    {"kind",               Token,   true,  false, "种类 kind"},
    {"received_time",      Time,    true,  false, "收到时间 received"},
    {"committed_time",     Time,    true,  false, "入账时间 committed"},
    {"record",             Record,  true,  false, "记录 the record"},
};
constexpr Shape kTicket[] = {
    {"ticket_no",          Token,   true,  false, "工单编号 the ticket's number"},
    {"state",              Object,  true,  false, "状态 state", kState},
    {"round",              Number,  true,  false, "办理轮次 round"},
    {"has_appeal",         Flag,    true,  false, "诉求已到 its appeal is there"},
    {"appeal_time",        Time,    false, false, "诉求时间 when the citizen spoke"},
    {"accepted_time",      Time,    false, false, "受理时间 accepted"},
    {"closed_time",        Time,    false, false, "办结时间 closed"},
    {"deadline",           Time,    false, false, "办理期限 deadline"},
    {"flags",              Token,   false, true,  "标志 urged, overdue, secret …"},
    {"assignments",        Json,    false, true,  "派单(JSON) assignments, as in REST"},
    {"findings",           Json,    false, true,  "发现(JSON) findings, as in REST"},
    {"aliases",            Object,  false, true,  "各方编号 other numbers", kAlias},
    {"records",            Object,  false, true,  "记录 its records", kTicketRecord},
    {"erased_count",       Number,  true,  false, "已销毁的记录数 records erased"},
    {"outcomes",           Token,   false, true,  "送达结果的账本序号 of delivery outcomes"},
};
constexpr Shape kGetChanges[] = {
    {"after",              Token,   false, false, "上次答复的 next the `next` of the last answer"},
    {"limit",              Number,  false, false, "最多条数,1 至 500 at most so many"},
    {"wait",               Number,  false, false, "最多等待秒数,0 至 25 seconds to wait where nothing is new"},
};
constexpr Shape kChange[] = {
    {"ticket_no",          Token,   true,  false, "工单编号 the ticket's number"},
    {"seq",                Token,   true,  false, "账本序号 sequence number"},
    {"kind",               Token,   true,  false, "种类 kind"},
    {"received_time",      Time,    true,  false, "收到时间 received"},
    {"committed_time",     Time,    true,  false, "入账时间 committed"},
    {"record",             Record,  true,  false, "记录 the record"},
};
constexpr Shape kGetChangesAnswer[] = {
    {"items",              Object,  false, true,  "变更 what is new", kChange},
    {"next",               Token,   true,  false, "下次的 after goes into `after` of the next call"},
};
constexpr Shape kGetCodes[] = {
    {"list",               Token,   true,  false, "代码表名 name of the list"},
};
constexpr Shape kCode[] = {
    {"code",               Token,   true,  false, "代码 code"},
    {"zh",                 Text,    true,  false, "中文名"},
    {"en",                 Text,    true,  false, "in English"},
    {"valid_from",         Token,   true,  false, "启用日 first day, or empty"},
    {"valid_to",           Token,   true,  false, "停用日 last day, or empty"},
    {"successor",          Token,   true,  false, "后继代码 successor, or empty"},
};
constexpr Shape kCodeList[] = {
    {"list",               Token,   true,  false, "代码表名 name"},
    {"number",             Token,   true,  false, "编号 number"},
    {"zh",                 Text,    true,  false, "中文名"},
    {"en",                 Text,    true,  false, "in English"},
    {"codes",              Object,  false, true,  "代码 the codes", kCode},
};
constexpr Operation kOperations[] = {
    {OperationId::SubmitRecord,     "SubmitRecord",     "报送规范记录 normalized records",              kSubmitRecord,     kSubmitRecordAnswer},
    {OperationId::SubmitMessage,    "SubmitMessage",    "报送来源自有格式的报文 a message in the source's own format", kSubmitMessage, kSubmitMessageAnswer},
    {OperationId::UploadAttachment, "UploadAttachment", "上传附件 an attachment",                       kUploadAttachment, kUploadAttachmentAnswer},
    {OperationId::GetTicket,        "GetTicket",        "查询工单 a ticket",                            kGetTicket,        kTicket},
    {OperationId::GetChanges,       "GetChanges",       "拉取变更 what is new for this partner",         kGetChanges,       kGetChangesAnswer},
    {OperationId::GetCodes,         "GetCodes",         "查询代码表 a code list",                       kGetCodes,         kCodeList},
};
// clang-format on

}  // namespace

std::span<const Operation> operations() { return kOperations; }

const Operation* findOperation(std::string_view name) {
    for (const Operation& each : kOperations) {
        if (name == each.name) return &each;
    }
    return nullptr;
}

std::span<const Shape> problemShape() { return kProblem; }

std::string soapAction(const Operation& operation) { return std::string(kNamespace) + '/' + operation.name; }

}  // namespace yht::soap
