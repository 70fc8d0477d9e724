#include "tools/province-sim/platform.h"

#include <cstdlib>
#include <stdexcept>

#include "gateway/base/time_text.h"

namespace yht::province_sim {

namespace {

using stage::HttpAnswer;
using stage::JsonWriter;

constexpr std::int64_t kTimestampToleranceMillis = 300'000;

/// The whole batch is refused: no data, no receipt.
HttpAnswer refusal(const std::string& code, const char* message, std::int64_t retry_after_s = 0) {
    rapidjson::StringBuffer buffer;
    JsonWriter writer(buffer);
    writer.StartObject();
    stage::writeText(writer, "code", code);
    stage::writeText(writer, "message", message);
    if (retry_after_s > 0) stage::writeText(writer, "retryAfter", std::to_string(retry_after_s));
    writer.EndObject();
    HttpAnswer answer;
    answer.body = buffer.GetString();
    return answer;
}

/// What a box in between says: a status, perhaps Retry-After, no word of the province's own.
HttpAnswer boxSays(int status, std::int64_t retry_after_s) {
    HttpAnswer answer;
    answer.status = status;
    answer.content_type = "text/html";
    answer.body = "<html><body>" + std::to_string(status) + "</body></html>";
    if (retry_after_s > 0) answer.fields.emplace_back("Retry-After", std::to_string(retry_after_s));
    return answer;
}

bool timely(const std::string& timestamp, base::UnixMillis now_ms) {
    const auto civil = base::parseCivil(timestamp, "%Y%m%d%H%M%S");
    if (!civil) return false;
    const auto time = base::fromCivil(*civil, base::kShanghaiOffsetSeconds);
    return time && std::llabs(*time - now_ms) <= kTimestampToleranceMillis;
}

void writeJudgement(JsonWriter& writer, const Judgement& judgement) {
    writer.StartObject();
    stage::writeText(writer, "XH", judgement.number);
    if (!judgement.ticket.empty()) stage::writeText(writer, "GDBH", judgement.ticket);
    if (!judgement.province_number.empty()) stage::writeText(writer, "SJBH", judgement.province_number);
    stage::writeText(writer, "code", judgement.code);
    stage::writeText(writer, "message", judgement.message);
    if (!judgement.faults.empty()) {
        writer.Key("fieldErrors");
        writer.StartArray();
        for (const FieldFault& fault : judgement.faults) {
            writer.StartObject();
            stage::writeText(writer, "field", fault.field);
            stage::writeText(writer, "code", fault.code);
            stage::writeText(writer, "message", fault.message);
            writer.EndObject();
        }
        writer.EndArray();
    }
    writer.EndObject();
}

/// Another base64 text of the same length: it can be read, but it fits nothing.
std::string spoiled(std::string base64) {
    base64[10] = base64[10] == 'A' ? 'B' : 'A';
    return base64;
}

}  // namespace

RegisteredSender readSender(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t to = std::min(text.find(':', from), text.size());
        parts.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    if (parts.size() != 3 && parts.size() != 4)
        throw std::runtime_error("--sender is APPID:SBDW:CERT.pem[:TLS.pem]");
    return {{parts[0], parts[1]}, SealChecker(parts[2]), SealChecker(parts.back()).fingerprint()};
}

Platform::Platform(
    const base::Clock& clock, Store& store, stage::Misbehaviour& misbehaviour,
    std::vector<RegisteredSender> senders, Sealer sealer
)
    : clock_(clock),
      store_(store),
      misbehaviour_(misbehaviour),
      senders_(std::move(senders)),
      sealer_(std::move(sealer)) {}

/// Counted apart, for /stats: what the sender sees of it may be no more than "again later".
HttpAnswer Platform::refuse(
    const std::string& code, const char* message, std::int64_t retry_after_s
) {
    const auto lock = store_.lock();
    store_.count(("code_" + code).c_str());
    return refusal(code, message, retry_after_s);
}

HttpAnswer Platform::handle(const stage::HttpRequest& request) {
    const bool file = request.path == "/sjjh/v2/file";
    const bool known = file || request.path == "/sjjh/v2/push" || request.path == "/sjjh/v2/query";
    if (!known || request.method != "POST") return boxSays(known ? 405 : 404, 0);
    if (misbehaviour_.down()) return HttpAnswer{.ending = stage::Ending::CloseUnanswered};
    const stage::Mischief mischief = misbehaviour_.next();
    misbehaviour_.pause(mischief.slow_ms);
    if (mischief.fail500) return boxSays(500, 0);
    if (mischief.busy429) return boxSays(429, mischief.retry_after_s);
    if (mischief.busy503) return boxSays(503, mischief.retry_after_s);
    if (mischief.cut_before_commit) return HttpAnswer{.ending = stage::Ending::CloseUnanswered};
    if (mischief.maintenance) return refuse("1006", "系统维护", mischief.retry_after_s);
    if (!mischief.refuse_code.empty())
        return refuse(mischief.refuse_code, "演示整批拒收", mischief.retry_after_s);
    HttpAnswer answered = file ? answerFile(request, mischief) : answer(request, mischief);
    if (mischief.cut_after_commit) answered.ending = stage::Ending::CutMidAnswer;
    return answered;
}

HttpAnswer Platform::answer(const stage::HttpRequest& request, const stage::Mischief& mischief) {
    const auto envelope = readEnvelope(request.body);
    if (!envelope) return refuse("1005", "报文格式错误");
    const RegisteredSender* sender = authorised(*envelope, sha256Hex(request.peer_certificate_der));
    if (sender == nullptr) return refuse("1003", "无权限");
    const bool genuine =
        sender->seal.verify(envelope->algorithm, envelope->textToSign(), envelope->signature);
    if (!genuine) return refuse("1001", "签名错误");
    if (!timely(envelope->timestamp, clock_.nowMillis())) return refuse("1002", "时间戳超出范围");
    auto processed = process(*envelope, *sender, request.path == "/sjjh/v2/push", mischief);
    return processed ? std::move(*processed) : refuse("1002", "NONCE重复");
}

HttpAnswer Platform::answerFile(const stage::HttpRequest& request, const stage::Mischief& mischief) {
    const auto message = readFileMessage(request.body);
    if (!message) return refuse("1005", "报文格式错误");
    const Envelope& envelope = message->envelope;
    const RegisteredSender* sender = authorised(envelope, sha256Hex(request.peer_certificate_der));
    if (sender == nullptr) return refuse("1003", "无权限");
    if (!sender->seal.verify(envelope.algorithm, message->textToSign(), envelope.signature))
        return refuse("1001", "签名错误");
    if (!timely(envelope.timestamp, clock_.nowMillis())) return refuse("1002", "时间戳超出范围");
    auto processed = processFile(*message, mischief);
    return processed ? std::move(*processed) : refuse("1002", "NONCE重复");
}

std::optional<HttpAnswer> Platform::processFile(const FileMessage& message, const stage::Mischief& mischief) {
    const base::UnixMillis now_ms = clock_.nowMillis();
    rapidjson::Document fields(rapidjson::kObjectType);
    fields.AddMember("FJZY", rapidjson::StringRef(message.digest.c_str()), fields.GetAllocator());
    const auto lock = store_.lock();
    stage::Transaction transaction(store_.database());
    if (!store_.useNonce(message.envelope.appid, message.envelope.nonce, now_ms)) return std::nullopt;
    std::string code = message.fault();
    if (const auto told = misbehaviour_.nextRefusal(fields); told && code.empty()) code = told->code;
    if (code.empty()) {
        const bool is_new = store_.putFile(
            {message.digest, message.media_type, message.name, message.size, message.envelope.appid, message.envelope.msgid}
        );
        store_.count(is_new ? "files" : "files_again");
        code = is_new ? "200" : "3001";
    } else {
        store_.count("files_refused");
    }
    const std::string data = R"({"FJZY":")" + message.digest + "\"}";
    const std::string seal = receipt({message.envelope.msgid, code, data}, mischief, now_ms);
    transaction.commit();
    HttpAnswer answer;
    answer.body = R"({"code":")" + code + R"(","message":"","data":)" + data + ",\"receipt\":" + seal + "}";
    return answer;
}

const RegisteredSender* Platform::authorised(const Envelope& envelope, const std::string& tls)
    const {
    for (const RegisteredSender& row : senders_) {
        if (row.sender.appid != envelope.appid) continue;
        const bool fits =
            row.tls_fingerprint == tls && row.seal.fingerprint() == envelope.fingerprint;
        return fits ? &row : nullptr;
    }
    return nullptr;
}

std::optional<HttpAnswer> Platform::process(
    const Envelope& envelope, const RegisteredSender& sender, bool push,
    const stage::Mischief& mischief
) {
    const base::UnixMillis now_ms = clock_.nowMillis();
    const auto lock = store_.lock();
    stage::Transaction transaction(store_.database());
    // A nonce is burnt only by a message whose signature verified, and only with its outcome.
    if (!store_.useNonce(envelope.appid, envelope.nonce, now_ms)) return std::nullopt;
    rapidjson::StringBuffer buffer;
    JsonWriter writer(buffer);
    writer.StartArray();
    for (const auto& record : envelope.list().GetArray())
        writeJudgement(
            writer,
            push ? judgeRecord(record, sender.sender, envelope.msgid, store_, misbehaviour_, now_ms)
                 : judgeQuery(record, sender.sender, store_)
        );
    writer.EndArray();
    const std::string data = buffer.GetString();
    const std::string seal = receipt({envelope.msgid, "200", data}, mischief, now_ms);
    store_.count(push ? "batches" : "queries");
    transaction.commit();
    HttpAnswer answer;
    answer.body = R"({"code":"200","message":"成功","data":)" + data + ",\"receipt\":" + seal + "}";
    return answer;
}

std::string Platform::receipt(
    const Sealed& sealed, const stage::Mischief& mischief, base::UnixMillis now_ms
) {
    const std::string number = store_.nextReceiptNumber(now_ms);
    const std::string time =
        base::formatCivil(base::toCivil(now_ms, base::kShanghaiOffsetSeconds), "%Y-%m-%d %H:%M:%S");
    std::string seal =
        sealer_.seal(number + "&" + sealed.message_id + "&" + time + "&" + sealed.code + "&" + sha256Hex(sealed.data));
    if (mischief.wrong_signature) seal = spoiled(std::move(seal));
    rapidjson::StringBuffer buffer;
    JsonWriter writer(buffer);
    writer.StartObject();
    stage::writeText(writer, "HZBH", number);
    stage::writeText(writer, "MSGID", sealed.message_id);
    stage::writeText(writer, "JSSJ", time);
    stage::writeText(writer, "SIGNALG", sealer_.algorithm());
    stage::writeText(writer, "ZSZW", sealer_.fingerprint());
    if (!mischief.unsigned_answer) stage::writeText(writer, "SIGN", seal);
    writer.EndObject();
    const std::string json = buffer.GetString();
    store_.saveReceipt(number, sealed.message_id, json);
    return json;
}

}  // namespace yht::province_sim
