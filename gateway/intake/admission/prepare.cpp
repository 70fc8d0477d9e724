#include "gateway/intake/admission/prepare.h"

#include "gateway/crypto/digest.h"
#include "gateway/intake/admission/message_payload.h"
#include "gateway/json/json.h"
#include "gateway/ticket/phone_number.h"
#include "gateway/ticket/record_json.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using ticket::Field;

/// The source must be the speaker's, and one that the registry can number tickets under.
base::Status checkSource(const trust::VerifiedMessage& message, const ticket::Record& record) {
    const std::string& source = record.source();
    if (message.speaker().speaksFor(source) && message.registry().findSource(source) != nullptr) {
        return {};
    }
    return base::makeError(ErrorCode::SourceNotOwn, "partner " + message.speaker().id);
}

/// What the catalogue can't know: who may correct.
base::Status checkCorrection(
    const trust::VerifiedMessage& message, const ticket::Record& record, const std::string& pointer
) {
    const bool internal =
        message.assurance() == static_cast<std::uint8_t>(ledger::Assurance::Internal);
    if (record.integer(Field::correction) == 0 || internal) return {};
    base::Error error = base::makeError(ErrorCode::RecordInvalid);
    error.fields.push_back(
        {.pointer = pointer + "/correction",
         .code = "operator_only",
         .limit = "0",
         .en = "Only an operator of the gateway corrects a version; send a new version.",
         .zh = "更正只能由网关运维人员提交;请报送新版本。"}
    );
    return error;
}

PreparedItem refused(std::string pointer, base::Error error) {
    PreparedItem item;
    item.pointer = std::move(pointer);
    item.refusal = std::move(error);
    return item;
}

PreparedItem prepareItem(
    const trust::VerifiedMessage& message, const rapidjson::Value& value, std::string pointer,
    base::Bytes salt
) {
    base::Result<ticket::Record> record = ticket::readRecord(value, pointer);
    if (!record.ok()) return refused(std::move(pointer), std::move(record).error());
    if (base::Status own = checkSource(message, *record); !own.ok()) {
        return refused(std::move(pointer), std::move(own).error());
    }
    if (base::Status allowed = checkCorrection(message, *record, pointer); !allowed.ok()) {
        return refused(std::move(pointer), std::move(allowed).error());
    }
    return prepareRecord(*std::move(record), std::move(pointer), std::move(salt));
}

/// The items of the body: itself, or the entries of its array.
base::Result<std::vector<const rapidjson::Value*>> itemsOf(const rapidjson::Value& body) {
    if (body.IsObject()) return std::vector<const rapidjson::Value*>{&body};
    if (!body.IsArray() || body.Empty()) {
        return base::makePublicError(
            ErrorCode::RequestMalformed,
            "The body must be one record (object) or an array of at least one.",
            "请求体须为一条记录(对象)或至少含一条记录的数组。"
        );
    }
    if (body.Size() > kItemsMax) {
        const std::string max = std::to_string(kItemsMax);
        return base::makePublicError(
            ErrorCode::TooManyItems, "An array carries at most " + max + " records.",
            "一次最多报送 " + max + " 条记录。"
        );
    }
    std::vector<const rapidjson::Value*> items;
    for (const rapidjson::Value& item : body.GetArray()) items.push_back(&item);
    return items;
}

/// A SOAP message's base without the Body behind SignedInfo, in which the blanked content stands whole.
std::string withoutContent(const std::string& signature_base) {
    constexpr std::string_view kEnd = "SignedInfo>";  // of the closing tag: the opening one has a namespace
    const auto end = signature_base.find(kEnd);
    const bool soap = signature_base.starts_with('<') && end != signature_base.npos;
    return soap ? signature_base.substr(0, end + kEnd.size()) : signature_base;
}

}  // namespace

base::Bytes messagePayload(
    const trust::VerifiedMessage& message, const std::vector<Blank>& blanks, const BesideBytes& beside
) {
    const trust::Proof& proof = message.proof();
    std::string body;
    body.reserve(message.body().size() + proof.signature_base.size() + kAroundBodyBytes);
    body = message.body();
    for (const Blank& blank : blanks) {
        if (blank.bytes == body.size()) body.clear();
        else blankOut(body, blank);
    }
    return encodeMessagePayload(
        {.body = std::move(body),
         .signature_base = blanks.empty() ? proof.signature_base : withoutContent(proof.signature_base),
         .signature = proof.signature,
         .keyid = proof.keyid,
         .algorithm = proof.algorithm,
         .blanks = blanks,
         .beside = beside}
    );
}

PreparedItem prepareRecord(ticket::Record record, std::string pointer, base::Bytes salt) {
    PreparedItem item;
    item.pointer = std::move(pointer);
    item.identity = record.identity();
    item.version_origin = record.versionOrigin();
    item.event_ms = record.timeMillis(Field::event_time);
    item.canonical = ticket::canonicalText(record);
    item.phones = ticket::namedPhones(record);
    item.body_digest = crypto::sha256(item.canonical);
    item.salt = std::move(salt);
    item.record = std::move(record);
    return item;
}

base::Result<PreparedMessage> prepare(const trust::VerifiedMessage& message, base::Random& random) {
    base::Result<rapidjson::Document> body = json::parse(message.body());
    if (!body.ok()) return std::move(body).error();
    return prepare(message, *body, random);
}

base::Result<PreparedMessage> prepare(
    const trust::VerifiedMessage& message, const rapidjson::Value& body, base::Random& random
) {
    base::Result<std::vector<const rapidjson::Value*>> values = itemsOf(body);
    if (!values.ok()) return std::move(values).error();

    PreparedMessage prepared;
    prepared.speaker = &message.speaker();
    prepared.registry = &message.registry();
    prepared.assurance = static_cast<ledger::Assurance>(message.assurance());
    prepared.received_ms = message.receivedMillis();
    prepared.replay_key = message.proof().replay_key;
    prepared.payload = messagePayload(message);
    prepared.array = body.IsArray();
    // One call for all salts: the kernel is asked once a request, not once a record.
    const base::Bytes salts = random.bytes(ledger::kSaltBytes * (values->size() + 1));
    prepared.salt = salts.substr(0, ledger::kSaltBytes);
    for (std::size_t i = 0; i < values->size(); ++i) {
        std::string pointer = prepared.array ? "/" + std::to_string(i) : std::string();
        base::Bytes salt = salts.substr(ledger::kSaltBytes * (i + 1), ledger::kSaltBytes);
        prepared.items.push_back(
            prepareItem(message, *(*values)[i], std::move(pointer), std::move(salt))
        );
    }
    return prepared;
}

}  // namespace yht::intake
