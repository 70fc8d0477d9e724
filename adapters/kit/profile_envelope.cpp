// The sections `envelope` and `signature` of a profile: how records are wrapped, and what must hold of JSON and XML.
#include <algorithm>

#include "adapters/kit/profile_loader.h"

namespace yht::kit {
namespace {

struct EnvelopeValueRow {
    const char* name;
    EnvelopeValue value;
};
constexpr EnvelopeValueRow kEnvelopeValues[] = {
    {"sender_id", EnvelopeValue::SenderId},
    {"batch_id", EnvelopeValue::BatchId},
    {"now", EnvelopeValue::Now},
    {"nonce", EnvelopeValue::Nonce},
    {"algorithm", EnvelopeValue::Algorithm},
    {"key_id", EnvelopeValue::KeyId},
    {"count", EnvelopeValue::Count},
    {"type", EnvelopeValue::Type},
    {"signature", EnvelopeValue::Signature},
    {"records", EnvelopeValue::Records},
    {"record", EnvelopeValue::Record},
};

/// "sha256(NAME)", "sm3(NAME)", or a name or path alone.
SignedPart signedPart(const std::string& text) {
    constexpr std::pair<std::string_view, PartDigest> kDigests[] = {
        {"sha256(", PartDigest::Sha256}, {"sm3(", PartDigest::Sm3}};
    for (const auto& [opening, digest] : kDigests) {
        if (text.starts_with(opening) && text.ends_with(')')) {
            return {text.substr(opening.size(), text.size() - opening.size() - 1), digest};
        }
    }
    return {text};
}

std::string algorithmNames() {
    std::string names;
    for (const auto algorithm : crypto::signatureAlgorithms()) {
        names += (names.empty() ? "" : ", ") + std::string(crypto::algorithmName(algorithm));
    }
    return names;
}

}  // namespace

EnvelopeMember ProfileLoader::envelopeMember(const YAML::Node& node, const std::string& where) {
    YamlMap map(node, where, problems_);
    EnvelopeMember member;
    member.name = map.text("name");
    member.item = map.text("item", "");
    const std::string value = map.text("value", "");
    member.text = map.text("const", "");
    const std::string format = map.text("format", time_format_.c_str());
    map.finish();
    if (value.empty()) {
        if (!map.has("const")) map.problem(member.name + ": write value or const");
        return member;
    }
    std::vector<std::string> known;
    for (const auto& row : kEnvelopeValues) {
        known.emplace_back(row.name);
        if (value == row.name) member.value = row.value;
    }
    if (member.value == EnvelopeValue::Constant) {
        map.problem("unknown value " + value + didYouMean(value, known));
    }
    if (member.value == EnvelopeValue::Now) member.text = format;
    return member;
}

TextForm ProfileLoader::form(YamlMap& map, TextForm fallback) {
    const std::string name = map.text("format", fallback == TextForm::Json ? "json" : "xml");
    if (name != "json" && name != "xml") map.problem("format: write json or xml");
    return name == "xml" ? TextForm::Xml : TextForm::Json;
}

void ProfileLoader::envelope(YamlMap map) {
    style_.form = profile_->envelope_.form = form(map, TextForm::Json);
    profile_->envelope_.root = map.text("root", "");
    for (const char* key : {"members", "headers"}) {
        const YAML::Node list = map.node(key);
        auto& into = key == std::string("members") ? profile_->envelope_.members
                                                   : profile_->envelope_.headers;
        if (!list.IsDefined()) continue;
        if (!list.IsSequence()) {
            map.problem(std::string(key) + ": write a list");
            continue;
        }
        for (const auto& node : list)
            into.push_back(envelopeMember(node, std::string("envelope.") + key));
    }
    map.finish();
}

SignedText ProfileLoader::signedText(YamlMap& map, const char* key) {
    SignedText signed_text;
    for (const auto& text : map.texts(key)) signed_text.parts.push_back(signedPart(text));
    signed_text.separator = map.text("separator", "");
    const std::string encoding = map.text("encoding", "base64");
    signed_text.hex = encoding == "hex";
    if (encoding != "hex" && encoding != "base64") map.problem("encoding: write base64 or hex");
    return signed_text;
}

void ProfileLoader::signature(YamlMap map) {
    for (const auto& [ours, theirs] : map.entries("algorithms")) {
        const auto algorithm = crypto::findAlgorithm(ours);
        if (algorithm && theirs.IsScalar())
            profile_->envelope_.algorithms[*algorithm] = theirs.Scalar();
        else
            map.problem("algorithms: " + ours + " is no algorithm of ours (" + algorithmNames() + ")");
    }
    profile_->envelope_.signed_text = signedText(map, "over");
    map.finish();
}

void ProfileLoader::checkEnvelope(YamlMap& root) {
    const auto& envelope = profile_->envelope_;
    const auto has = [&](const auto& list, EnvelopeValue value) {
        return std::any_of(list.begin(), list.end(), [&](const auto& m) {
            return m.value == value;
        });
    };
    const bool batched = has(envelope.members, EnvelopeValue::Records);
    const bool single = has(envelope.members, EnvelopeValue::Record);
    if (batched == single)
        root.problem("the envelope needs one member of value records, or one of value record");
    const bool of_one_kind = single || has(envelope.members, EnvelopeValue::Type) ||
                             has(envelope.headers, EnvelopeValue::Type);
    if (of_one_kind && profile_->transport_.batch_max > 1)
        root.problem("value record or type needs batch_max 1");
    for (const auto& part : envelope.signed_text.parts) {
        const auto named = [&](const EnvelopeMember& m) {
            return m.name == part.path && m.value != EnvelopeValue::Signature;
        };
        if (std::none_of(envelope.members.begin(), envelope.members.end(), named) &&
            std::none_of(envelope.headers.begin(), envelope.headers.end(), named)) {
            root.problem("signature.over: the envelope has no " + part.path);
        }
    }
    const bool signs = has(envelope.members, EnvelopeValue::Signature) ||
                       has(envelope.headers, EnvelopeValue::Signature);
    if (signs && envelope.signed_text.parts.empty())
        root.problem("signature.over: say what is signed");
}

/// What only XML asks for, and what only JSON may have.
void ProfileLoader::checkXml(YamlMap& root) {
    const auto& envelope = profile_->envelope_;
    const bool is_content = profile_->transport_.soap && profile_->transport_.soap->argument.empty();
    if (envelope.form == TextForm::Json) {
        if (is_content) root.problem("transport.soap without argument: the message is XML; write envelope.format: xml");
        if (!envelope.root.empty()) root.problem("envelope.root is XML's");
        return;
    }
    if (is_content != envelope.root.empty() || (!is_content && !isElementName(envelope.root)))
        root.problem("envelope.root: the element around the members; none where the SOAP operation is it");
    for (const auto& member : envelope.members) {
        const bool is_list = member.value == EnvelopeValue::Records;
        if (!isElementName(member.name)) root.problem(member.name + " is no name of an element");
        if (is_list != !member.item.empty() || (is_list && !isElementName(member.item)))
            root.problem(member.name + ": the member of value records names the element of each: item");
    }
}

/// Elements that share a way must stand together: each is opened once.
void ProfileLoader::checkTargets(const std::vector<MappingRow>& rows, const std::string& where) {
    if (style_.form == TextForm::Json) return;
    std::set<std::string> closed;
    std::string open;
    const auto isWithin = [](const std::string& way, const std::string& outer) {
        return way == outer || way.starts_with(outer + "/");
    };
    for (const auto& row : rows) {
        for (const auto& to : {row.to, row.into}) {
            if (to.empty()) continue;
            if (!isElementPath(to)) problems_.add(where + ": " + to + " is no name of an element");
            const auto slash = to.rfind('/');
            const std::string way = slash == to.npos ? "" : to.substr(0, slash);
            for (std::string left = open; !left.empty() && !isWithin(way, left);
                 left.resize(left.rfind('/') == left.npos ? 0 : left.rfind('/')))
                closed.insert(left);
            if (closed.contains(way)) problems_.add(where + ": rows of " + way + " stand apart");
            open = way;
        }
    }
}

}  // namespace yht::kit
