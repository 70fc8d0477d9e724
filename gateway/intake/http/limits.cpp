#include "gateway/intake/http/limits.h"

#include "gateway/attachments/store.h"
#include "gateway/intake/admission/prepare.h"
#include "gateway/intake/admission/source_messages.h"
#include "gateway/intake/admission/ticket_names.h"
#include "gateway/intake/http/connections.h"
#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/long_polls.h"
#include "gateway/json/json.h"
#include "gateway/ticket/validate.h"
#include "gateway/trust/structured_field.h"

namespace yht::http {

namespace {

std::string kib(std::size_t bytes) {
    return std::to_string(bytes / 1024) + " KiB";
}
std::string seconds(std::int64_t ms) {
    return std::to_string(ms / 1000) + " s";
}

}  // namespace

std::vector<PartnerLimit> partnerLimits() {
    const json::Limits json_limits;
    const trust::Partner partner;
    return {
        {"`POST /v1/records` 的请求体", "Body of `POST /v1/records`", kib(kRecordsBytesMax)},
        {"一个数组的记录数", "Records of one array", std::to_string(intake::kItemsMax)},
        {"来源自有格式的一条报文", "One message in a source's own format", kib(intake::kSourceMessageBytesMax)},
        {"一个来源同时处理的报文", "Messages of one source at once", std::to_string(intake::kMessagesAtOnceMax)},
        {"一条报文的条目(其余作为一个条目进入隔离区)", "Items of one message (the rest waits in quarantine as one item)",
         std::to_string(intake::kSourceItemsMax)},
        {"一个来源隔离区中待处理的条目(超过为 503)", "Items of one source that wait in quarantine (beyond: 503)",
         std::to_string(intake::kQuarantineOpenMax)},
        {"一个条目生成的记录数", "Records of one item of a message", std::to_string(intake::kRecordsPerItemMax)},
        {"应答中逐条列出的条目", "Items told one by one in the answer to a message",
         std::to_string(intake::kAnswerItemsMax)},
        {"应答中所附回执", "Receipts in the answer to a message", std::to_string(intake::kAnswerReceiptsMax)},
        {"`Idempotency-Key` 的长度", "Length of `Idempotency-Key`",
         std::to_string(intake::kIdempotencyKeyBytesMax)},
        {"JSON 嵌套层数", "Nesting of JSON", std::to_string(json_limits.depth_max)},
        {"请求行与请求头合计", "Request line and header fields together", kib(kHeadBytesMax)},
        {"请求头个数", "Header fields", std::to_string(kHeaderFieldsMax)},
        {"路径与查询合计", "Path and query together", kib(kTargetBytesMax)},
        {"查询参数个数", "Query parameters", std::to_string(kQueryParametersMax)},
        {"Signature-Input 或 Signature 的长度", "Length of Signature-Input or Signature",
         kib(trust::kFieldBytesMax)},
        {"`created` 与网关时钟之差", "`created` away from the gateway's clock",
         seconds(trust::kCreatedToleranceMs)},
        {"一个证书的并发连接,且不多于空闲连接数(缺省,可由运维调整)",
         "Connections under one certificate, and no more than are free (default; the operator may change it)",
         std::to_string(partner.connections_max)},
        {"一个地址的并发连接", "Connections from one address", std::to_string(kConnectionsPerAddressMax)},
        {"TLS 握手与请求头的时限", "Time for the TLS handshake and the head", seconds(kHeadDeadlineMs)},
        {"请求体的时限", "Time for the body", seconds(kBodyDeadlineMs)},
        {"读取应答的时限", "Time to read the answer", seconds(kWriteDeadlineMs)},
        {"整个请求的时限", "Time for the whole request", seconds(kRequestDeadlineMs)},
        {"空闲连接保持", "An idle connection is kept for", seconds(kIdleMs)},
        {"一个附件(缺省,可由运维调整)", "One attachment (default; the operator may change it)",
         kib(attachments::kBytesMaxDefault)},
        {"附件上传或下载每个时限内至少传送", "An attachment moves on, within each time for body or answer, by",
         kib(kStreamStepBytes)},
        {"同时上传的附件,一个对接方至多占其半,首个总能接收(缺省)",
         "Attachments being uploaded, half of them of one partner, whose first is always taken (default)",
         std::to_string(attachments::kUploadsMaxDefault)},
        {"变更流一次的条目(`limit`)", "Items of one answer of the change feed (`limit`)",
         std::to_string(kChangesItemsMax)},
        {"变更流的等待(`wait`)", "A wait for changes (`wait`)",
         std::to_string(kChangesWaitSecondsMax) + " s"},
        {"一个对接方同时等待的请求", "Waiting requests of one partner", "1"},
        {"所有等待的请求占连接总数", "Waiting requests of all, of all connections",
         "1/" + std::to_string(kLongPollShare)},
        {"变更流一次查看的账本条目", "Ledger entries that one request for changes looks at",
         std::to_string(kChangesExaminedMax)},
        {"一条记录报告的错误数", "Errors reported of one record", std::to_string(ticket::kFieldErrorsMax)},
        {"一张工单的编号数", "Numbers of one ticket", std::to_string(intake::kTicketNamesMax)},
    };
}

std::string limitsTable(Language language) {
    const bool zh = language == Language::Zh;
    std::string table = zh ? "| 内容 | 上限 |\n| --- | --- |\n" : "| what | at most |\n| --- | --- |\n";
    for (const auto& row : partnerLimits()) {
        table += "| " + std::string(zh ? row.zh : row.en) + " | " + row.value + " |\n";
    }
    return table;
}

}  // namespace yht::http
