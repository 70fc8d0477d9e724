#include "tools/exchange-sim/service.h"

#include <algorithm>
#include <stdexcept>

#include "gateway/base/time_text.h"
#include "tools/province-sim/books.h"

namespace yht::exchange_sim {

namespace {

using stage::HttpAnswer;

constexpr std::int64_t kStaleMillis = 3'600'000;
constexpr std::size_t kNumberDigitsMax = 20;

std::string element(const char* name, const std::string& text) {
    return "<" + std::string(name) + ">" + escaped(text) + "</" + name + ">";
}

std::string civilText(base::UnixMillis now_ms) {
    return base::formatCivil(base::toCivil(now_ms, base::kShanghaiOffsetSeconds), "%Y-%m-%dT%H:%M:%S");
}

HttpAnswer boxSays(int status, std::int64_t retry_after_s) {
    HttpAnswer answer;
    answer.status = status;
    answer.content_type = "text/html";
    answer.body = "<html><body>" + std::to_string(status) + "</body></html>";
    if (retry_after_s > 0) answer.fields.emplace_back("Retry-After", std::to_string(retry_after_s));
    return answer;
}

HttpAnswer xmlAnswer(const std::string& body) {
    HttpAnswer answer;
    answer.content_type = "text/xml; charset=utf-8";
    answer.body = body;
    return answer;
}

const char* textOfCode(const std::string& code) {
    if (code == "00") return "已收妥";
    if (code == "01") return "序号重复,视为成功";
    if (code == "41") return "缺必填项";
    if (code == "42") return "内容与类别不符";
    if (code == "43") return "超过GB18030字节数";
    if (code == "44") return "不属于该上报单位";
    if (code == "46") return "版本过旧";
    if (code == "51") return "前置记录未收妥";
    if (code == "60") return "没有收到";
    return "演示";
}

struct Verdict {
    std::string serial, sheet, centre_number, code;
    std::vector<FieldFault> faults{};
};

std::string resultText(const Verdict& verdict) {
    std::string text = "<Result>" + element("SerialNo", verdict.serial);
    if (!verdict.sheet.empty()) text += element("SheetNo", verdict.sheet);
    if (!verdict.centre_number.empty()) text += element("CenterNo", verdict.centre_number);
    text += element("Code", verdict.code) + element("Text", textOfCode(verdict.code));
    for (const FieldFault& fault : verdict.faults)
        text += "<Field>" + element("Name", fault.name) + element("Code", fault.code) + "</Field>";
    return text + "</Result>";
}

/// Signature wrapping: what was signed lies in the header now, and another Body stands in its place.
std::string wrapped(xmlDoc* document) {
    const auto parts = childrenOf(xmlDocGetRootElement(document));
    xmlNode* header = parts[0];
    xmlNode* body = parts[1];
    xmlNode* forged = xmlCopyNode(body, 1);
    xmlSetNsProp(forged, xmlSearchNsByHref(document, body, reinterpret_cast<const xmlChar*>(kUtility)),
                 reinterpret_cast<const xmlChar*>("Id"), reinterpret_cast<const xmlChar*>("forged"));
    xmlAddNextSibling(body, forged);
    xmlUnlinkNode(body);
    xmlNode* wrapper = xmlNewChild(header, nullptr, reinterpret_cast<const xmlChar*>("Kept"), nullptr);
    xmlAddChild(wrapper, body);
    std::string text = write(document);
    // It says that all is well, whatever was said.
    const auto from = text.rfind(std::string("<e:Body"));
    for (const char* code : {"41", "43", "51"}) {
        const std::string bad = std::string("<Code>") + code + "</Code>";
        for (auto at = text.find(bad, from); at != text.npos; at = text.find(bad, at)) text.replace(at, bad.size(), "<Code>00</Code>");
    }
    return text;
}

std::string spoiled(std::string text) {
    const auto at = text.find("SignatureValue>") + 25;
    text[at] = text[at] == 'A' ? 'B' : 'A';
    return text;
}

}  // namespace

RegisteredSender readSender(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t to = std::min(text.find(':', from), text.size());
        parts.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    if (parts.size() != 3 && parts.size() != 4) throw std::runtime_error("--sender is SENDER:UNIT:CERT.pem[:TLS.pem]");
    return {parts[0], parts[1], Seal(parts[2]), Seal(parts.back()).fingerprint()};
}

Service::Service(
    const base::Clock& clock, province_sim::Store& store, stage::Misbehaviour& misbehaviour,
    std::vector<RegisteredSender> senders, Seal seal, ServiceFiles files
)
    : clock_(clock),
      store_(store),
      misbehaviour_(misbehaviour),
      senders_(std::move(senders)),
      seal_(std::move(seal)),
      nobody_(Seal::ofNobody()),
      files_(std::move(files)) {}

std::optional<HttpAnswer> Service::published(const stage::HttpRequest& request) const {
    if (request.path == kServicePath && request.target.ends_with("?wsdl")) {
        // The schema lies beside it; who reads the WSDL from here finds it here.
        std::string text = files_.wsdl;
        const std::string location = "schemaLocation=\"report.xsd\"";
        if (const auto at = text.find(location); at != text.npos)
            text.replace(at, location.size(), "schemaLocation=\"HotlineReport?xsd\"");
        return xmlAnswer(text);
    }
    if (request.path == kServicePath && request.target.ends_with("?xsd")) return xmlAnswer(files_.schema.text());
    return std::nullopt;
}

HttpAnswer Service::handle(const stage::HttpRequest& request) {
    if (request.method == "GET") return published(request).value_or(boxSays(404, 0));
    if (request.path != kServicePath || request.method != "POST") return boxSays(404, 0);
    if (misbehaviour_.down()) return HttpAnswer{.ending = stage::Ending::CloseUnanswered};
    const stage::Mischief mischief = misbehaviour_.next();
    misbehaviour_.pause(mischief.slow_ms);
    if (mischief.fail500) return boxSays(500, 0);
    if (mischief.busy429) return boxSays(429, mischief.retry_after_s);
    if (mischief.busy503) return boxSays(503, mischief.retry_after_s);
    if (mischief.cut_before_commit) return HttpAnswer{.ending = stage::Ending::CloseUnanswered};
    HttpAnswer answer = serve(request, mischief);
    if (mischief.cut_after_commit) answer.ending = stage::Ending::CutMidAnswer;
    return answer;
}

HttpAnswer Service::serve(const stage::HttpRequest& request, const stage::Mischief& mischief) {
    Exchange exchange;
    const auto fault = read(request, exchange);
    if (mischief.maintenance)
        return faulted(exchange, {"Server", "3102", "系统维护", mischief.retry_after_s}, mischief);
    if (const std::string code = wholeRefusal(exchange, mischief); !code.empty()) {
        // A code that is none of ours: a Fault as a container makes it, without any detail.
        const bool known = province_sim::isNumber(code, 4);
        const bool client = code.front() == '1' || code.front() == '2';
        return faulted(exchange, {client ? "Client" : "Server", known ? code : "", "演示", mischief.retry_after_s}, mischief);
    }
    if (fault) return faulted(exchange, *fault, mischief);
    const std::string content = process(exchange);
    if (content.empty()) return faulted(exchange, {"Server", "3103", "MessageID 重复,请重新发送"}, mischief);
    return sealed(exchange, content, 200, mischief);
}

/// The code that this request is refused with by command; "" for none.
std::string Service::wholeRefusal(const Exchange& exchange, const stage::Mischief& mischief) const {
    std::string code = mischief.refuse_code;
    for (auto record = exchange.records.begin(); code.empty() && record != exchange.records.end(); ++record)
        code = misbehaviour_.wholeRefusalOf(flatRecord(*record));
    return code;
}

std::optional<Service::Fault> Service::read(const stage::HttpRequest& request, Exchange& exchange) const {
    exchange.document = parse(request.body);
    if (!exchange.document) return Fault{"Client", "2101", "不是 XML,或含有 DTD"};
    if (auto fault = authenticate(request, exchange)) return fault;
    return readOperation(exchange);
}

std::optional<Service::Fault> Service::authenticate(const stage::HttpRequest& request, Exchange& exchange) const {
    if (const std::string wrong = readEnvelope(exchange.document.get(), exchange.envelope); !wrong.empty())
        return Fault{"Client", "1101", wrong};
    const std::string der = tokenDer(exchange.envelope);
    const auto sender = std::find_if(senders_.begin(), senders_.end(), [&](const auto& row) {
        return row.seal.der() == der && row.tls_fingerprint == sha256Hex(request.peer_certificate_der);
    });
    if (sender == senders_.end()) return Fault{"Client", "1103", "证书未登记,或与连接所用证书不属同一接入方"};
    exchange.sender = &*sender;
    if (!signatureHolds(exchange.document.get(), exchange.envelope, sender->seal))
        return Fault{"Client", "1101", "签名错误"};
    if (!isTimely(exchange.envelope, clock_.nowMillis())) return Fault{"Client", "1102", "Timestamp 超出范围"};
    return std::nullopt;
}

std::optional<Service::Fault> Service::readOperation(Exchange& exchange) const {
    xmlNode* operation = exchange.envelope.operation;
    if (auto faults = files_.schema.check(operation); !faults.empty())
        return Fault{"Client", "2101", "报文不符合 report.xsd", 0, std::move(faults)};
    const auto text = [&](const char* name) { return textOf(onlyChild(operation, kReportNamespace, name)); };
    exchange.is_query = is(operation, kReportNamespace, "QueryRecords");
    exchange.batch_no = text("BatchNo");
    exchange.records = childrenOf(onlyChild(operation, kReportNamespace, "Records"));
    if (text("Sender") != exchange.sender->id) return Fault{"Client", "1104", "Sender 与证书不符"};
    if (text("Count") != std::to_string(exchange.records.size())) return Fault{"Client", "2102", "Count 与记录数不符"};
    return std::nullopt;
}

std::string Service::process(const Exchange& exchange) {
    const base::UnixMillis now_ms = clock_.nowMillis();
    const auto lock = store_.lock();
    stage::Transaction transaction(store_.database());
    if (!store_.useNonce(exchange.sender->id, exchange.envelope.message_id, now_ms)) return {};
    const std::string operation = exchange.is_query ? "QueryRecordsResponse" : "SubmitRecordsResponse";
    const std::string number = store_.nextReceiptNumber(now_ms);
    std::string content = "<" + operation + " xmlns=\"" + kReportNamespace + "\">" + element("BatchNo", exchange.batch_no) +
                          element("ReceiptNo", number) + element("ReceivedAt", civilText(now_ms)) + element("ResultCode", "OK");
    for (const xmlNode* record : exchange.records)
        content += exchange.is_query ? answerQuestion(record, exchange) : judge(record, exchange, now_ms);
    content += "</" + operation + ">";
    store_.count(exchange.is_query ? "queries" : "batches");
    rapidjson::StringBuffer buffer;
    stage::JsonWriter writer(buffer);
    writer.StartObject();
    writer.Key("number");
    writer.String(number);
    writer.Key("content");
    writer.String(content);
    writer.EndObject();
    store_.saveReceipt(number, exchange.batch_no, buffer.GetString());
    transaction.commit();
    return content;
}

std::string Service::judge(const xmlNode* node, const Exchange& exchange, base::UnixMillis now_ms) {
    const stage::Json record = flatRecord(node);
    const auto key = keyOf(record, exchange.sender->id);
    Verdict verdict{.serial = stage::textOf(record, "SerialNo"), .sheet = key.ticket, .centre_number = {}, .code = "00"};
    if (province_sim::wasTaken(key, store_)) {
        verdict.code = "01";
    } else if (auto faults = checkRecord(record, exchange.sender->unit); !faults.empty()) {
        verdict.code = faults.front().code;
        verdict.faults = std::move(faults);
    } else if (const auto refusal = misbehaviour_.nextRefusal(record)) {
        verdict.code = refusal->code.empty() ? "42" : refusal->code;
        if (!refusal->field.empty()) verdict.faults.push_back({refusal->field, verdict.code});
    } else if (province_sim::isOlder(key, store_)) {
        verdict.code = "46";
    } else if (!province_sim::missing(key, store_).empty()) {
        verdict.code = "51";
    } else {
        store_.put(key, stage::textOf(record, "Appeal/Handling"), exchange.batch_no, stage::jsonText(record), now_ms);
    }
    if (verdict.code != "00" && verdict.code != "01") store_.count("refused");
    verdict.centre_number = store_.ticket(key.ticket).province_number;
    return resultText(verdict);
}

std::string Service::answerQuestion(const xmlNode* node, const Exchange& exchange) {
    const stage::Json question = flatRecord(node);
    Verdict verdict{.serial = stage::textOf(question, "SerialNo"), .sheet = {}, .centre_number = {}, .code = "60"};
    const auto taken = store_.findTaken(exchange.sender->id, province_sim::withoutLeadingZeros(verdict.serial));
    if (taken) {
        verdict.code = "00";
        verdict.sheet = taken->key.ticket;
        verdict.centre_number = store_.ticket(verdict.sheet).province_number;
    }
    return resultText(verdict);
}

HttpAnswer Service::faulted(const Exchange& exchange, const Fault& fault, const stage::Mischief& mischief) {
    {
        const auto lock = store_.lock();
        store_.count(("fault_" + (fault.detail.empty() ? "none" : fault.detail)).c_str());
    }
    std::string detail;
    if (!fault.detail.empty()) {
        detail = "<ServiceFault xmlns=\"" + std::string(kReportNamespace) + "\">" + element("Code", fault.detail) +
                 element("Text", fault.text);
        if (fault.retry_after_s > 0) detail += element("RetryAfter", std::to_string(fault.retry_after_s));
        for (const SchemaFault& field : fault.fields) {
            detail += "<Field>" + (province_sim::isNumber(field.serial, kNumberDigitsMax) ? element("SerialNo", field.serial) : "") +
                      element("Name", field.name) + element("Code", fault.detail) + "</Field>";
        }
        detail += "</ServiceFault>";
    }
    const bool is_client = fault.code == std::string("Client");
    if (exchange.envelope.soap == std::string_view(kSoap11)) {
        return sealed(
            exchange,
            "<e:Fault><faultcode>e:" + std::string(fault.code) + "</faultcode>" + element("faultstring", fault.text) +
                (detail.empty() ? "" : "<detail>" + detail + "</detail>") + "</e:Fault>",
            500, mischief
        );
    }
    return sealed(
        exchange,
        std::string("<e:Fault><e:Code><e:Value>e:") + (is_client ? "Sender" : "Receiver") +
            "</e:Value></e:Code><e:Reason><e:Text xml:lang=\"zh-CN\">" + escaped(fault.text) + "</e:Text></e:Reason>" +
            (detail.empty() ? "" : "<e:Detail>" + detail + "</e:Detail>") + "</e:Fault>",
        is_client ? 400 : 500, mischief
    );
}

HttpAnswer Service::sealed(const Exchange& exchange, std::string content, int status, const stage::Mischief& mischief) {
    const Sealing sealing{
        .soap = exchange.envelope.soap,
        .content = std::move(content),
        .relates_to = exchange.envelope.message_id,
        .created_ms = clock_.nowMillis() - (mischief.stale_answer ? kStaleMillis : 0),
        .is_signed = !mischief.unsigned_answer};
    const Document document = sealedAnswer(sealing, mischief.wrong_key ? nobody_ : seal_);
    std::string text = mischief.wrapped_answer && sealing.is_signed ? wrapped(document.get()) : write(document.get());
    if (mischief.wrong_signature && sealing.is_signed) text = spoiled(std::move(text));
    HttpAnswer answer;
    answer.status = status;
    answer.content_type =
        sealing.soap == std::string_view(kSoap11) ? "text/xml; charset=utf-8" : "application/soap+xml; charset=utf-8";
    const std::lock_guard lock(mutex_);
    if (mischief.replayed_answer && !last_answer_.empty()) {
        answer.body = last_answer_;
        return answer;
    }
    answer.body = last_answer_ = std::move(text);
    return answer;
}

}  // namespace yht::exchange_sim
