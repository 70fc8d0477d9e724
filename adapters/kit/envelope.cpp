#include "adapters/kit/envelope.h"

#include <map>

#include "gateway/base/time_text.h"
#include "gateway/json/json.h"

namespace yht::kit {
namespace {

/// An element each.
std::string elementsOf(const std::vector<std::string>& records, const std::string& item) {
    std::string all;
    for (const auto& record : records) all += "<" + item + ">" + record + "</" + item + ">";
    return all;
}

std::string arrayOf(const std::vector<std::string>& records) {
    std::size_t bytes = 2;
    for (const auto& record : records) bytes += record.size() + 1;
    std::string array;
    array.reserve(bytes);
    char before = '[';
    for (const auto& record : records) {
        array += before;
        array += record;
        before = ',';
    }
    array += ']';
    return array;
}

bool isRaw(EnvelopeValue value) {
    return value == EnvelopeValue::Records || value == EnvelopeValue::Record;
}

/// What stands at a member; "" for the signature, which is not there yet.
std::string valueOf(
    const EnvelopeRules& rules, const EnvelopeMember& member, const EnvelopeInput& input,
    const std::string& algorithm
) {
    switch (member.value) {
        case EnvelopeValue::Constant:
            return member.text;
        case EnvelopeValue::SenderId:
            return input.sender_id;
        case EnvelopeValue::BatchId:
            return input.batch_id;
        case EnvelopeValue::Now:
            return base::formatCivil(
                base::toCivil(input.now_ms, base::kShanghaiOffsetSeconds), member.text
            );
        case EnvelopeValue::Nonce:
            return input.nonce;
        case EnvelopeValue::Algorithm:
            return algorithm;
        case EnvelopeValue::KeyId:
            return input.key->keyid;
        case EnvelopeValue::Count:
            return std::to_string(input.records->size());
        case EnvelopeValue::Type:
            return input.type;
        case EnvelopeValue::Signature:
            return "";
        case EnvelopeValue::Records:
            return rules.form == TextForm::Json ? arrayOf(*input.records)
                                                : elementsOf(*input.records, member.item);
        case EnvelopeValue::Record:
            return input.records->front();
    }
    YHT_ASSERT(false);
    return "";
}

base::Result<std::string> sign(
    const EnvelopeRules& rules, const EnvelopeInput& input,
    const std::map<std::string, std::string>& values
) {
    std::string text;
    for (const auto& part : rules.signed_text.parts) {
        const std::string& value = values.at(part.path);
        if (&part != &rules.signed_text.parts.front()) text += rules.signed_text.separator;
        text += part.textOf(value);
    }
    auto signature = input.key->key.sign(input.key->algorithm, text);
    if (!signature) return std::move(signature).error();
    return rules.signed_text.hex ? base::toHex(*signature) : base::toBase64(*signature);
}

/// Members in the profile's order; `signature` stands where that is the value.
std::string bodyOf(
    const EnvelopeRules& rules, const std::map<std::string, std::string>& values,
    const std::string& signature
) {
    const bool is_json = rules.form == TextForm::Json;
    std::string body = is_json ? "{" : rules.root.empty() ? "" : "<" + rules.root + ">";
    for (const auto& member : rules.members) {
        const std::string& value =
            member.value == EnvelopeValue::Signature ? signature : values.at(member.name);
        if (is_json) {
            if (body.size() > 1) body += ',';
            json::appendCanonicalString(body, member.name);
            body += ':';
            if (isRaw(member.value)) body += value;
            else json::appendCanonicalString(body, value);
        } else if (isRaw(member.value)) {
            body += "<" + member.name + ">" + value + "</" + member.name + ">";
        } else {
            appendElement(body, member.name, value);
        }
    }
    if (is_json) return body + '}';
    return rules.root.empty() ? body : body + "</" + rules.root + ">";
}

}  // namespace

base::Result<SealedEnvelope> sealEnvelope(const EnvelopeRules& rules, const EnvelopeInput& input) {
    YHT_ASSERT(!input.records->empty());
    std::string algorithm, signature;
    std::map<std::string, std::string> values;
    const bool signs = !rules.signed_text.parts.empty();
    if (signs) {
        const auto name = rules.algorithms.find(input.key->algorithm);
        if (name == rules.algorithms.end()) {
            return base::makeError(
                base::ErrorCode::SignatureAlgorithm, std::string("the profile does not take ") +
                                                         crypto::algorithmName(input.key->algorithm)
            );
        }
        algorithm = name->second;
    }
    for (const auto& member : rules.members)
        values[member.name] = valueOf(rules, member, input, algorithm);
    for (const auto& header : rules.headers)
        values[header.name] = valueOf(rules, header, input, algorithm);
    if (signs) {
        auto made = sign(rules, input, values);
        if (!made) return std::move(made).error();
        signature = *std::move(made);
    }
    SealedEnvelope sealed;
    sealed.body = bodyOf(rules, values, signature);
    for (const auto& header : rules.headers) {
        sealed.headers.emplace_back(
            header.name,
            header.value == EnvelopeValue::Signature ? signature : values.at(header.name)
        );
    }
    return sealed;
}

}  // namespace yht::kit
