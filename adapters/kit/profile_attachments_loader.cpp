// The section `attachments` of a profile: its parts are read by the same functions as those of records, into a profile of
// their own.
#include <algorithm>

#include "adapters/kit/profile_attachments.h"
#include "adapters/kit/profile_loader.h"

namespace yht::kit {
namespace {

constexpr std::int64_t kContentBytesMax = 1LL << 40;
constexpr std::int64_t kContentBytesDefault = 10LL << 20;
constexpr std::int64_t kWaitMillisDefault = 5LL * 60 * 1000;
constexpr std::int64_t kTimeoutMillisMax = 600'000;
constexpr std::int64_t kNameBytesMax = 1'024;

struct ValueRow {
    const char* name;
    AttachmentValue value;
};
constexpr ValueRow kValues[] = {
    {"content", AttachmentValue::Content},      {"digest", AttachmentValue::Digest},
    {"media_type", AttachmentValue::MediaType}, {"size_bytes", AttachmentValue::SizeBytes},
    {"file_name", AttachmentValue::FileName},   {"ticket_no", AttachmentValue::TicketNo},
};

const ValueRow* ownValue(const YAML::Node& node) {
    if (!node.IsMap() || !node["value"] || !node["value"].IsScalar()) return nullptr;
    const auto found = std::find_if(std::begin(kValues), std::end(kValues), [&](const ValueRow& row) {
        return node["value"].Scalar() == row.name;
    });
    return found == std::end(kValues) ? nullptr : found;
}

std::size_t contentsIn(const AttachmentRules& rules, const std::vector<EnvelopeMember>& list) {
    return static_cast<std::size_t>(std::count_if(list.begin(), list.end(), [&](const EnvelopeMember& member) {
        const auto own = rules.members.find(member.name);
        return own != rules.members.end() && own->second.value == AttachmentValue::Content;
    }));
}

}  // namespace

void ProfileLoader::attachments(YamlMap map) {
    auto rules = std::make_shared<AttachmentRules>();
    const std::shared_ptr<Profile> whole = profile_;
    const auto& transport = whole->transport_;
    profile_.reset(new Profile);  // the sections read below are the attachments' own
    profile_->name_ = whole->name_;
    profile_->envelope_.algorithms = whole->envelope_.algorithms;
    const std::string body = map.text("body", "json");
    rules->raw = body == "raw";
    if (!rules->raw && body != "json") map.problem("body: json (the content in base64) or raw");
    const std::string order = map.text("order", "after");
    rules->first = order == "before";
    if (!rules->first && order != "after") map.problem("order: before or after the record");
    rules->wait_max_ms = map.integer("wait_max_ms", kWaitMillisDefault, 1'000, kAttachmentWaitMillisMax);
    if (map.has("wait_max_ms") && !rules->first) map.problem("wait_max_ms: a record waits where order is before");
    rules->content_bytes_max = static_cast<std::uint64_t>(map.integer("content_bytes_max", kContentBytesDefault, 1, kContentBytesMax));
    for (auto& type : map.texts("media_types")) rules->media_types.insert(std::move(type));
    rules->charset = style_.charset;
    rules->substitute = style_.substitute;
    auto& own = profile_->transport_;
    own.path = map.text("path");
    own.content_type = map.text("content_type", rules->raw ? "" : "application/json");
    own.timeout_ms = map.integer("timeout_ms", transport.timeout_ms, 100, kTimeoutMillisMax);
    own.connect_timeout_ms = transport.connect_timeout_ms;
    own.answer_bytes_max = transport.answer_bytes_max;
    own.maintenance = transport.maintenance;
    attachmentEnvelope(map, *rules);
    YamlMap answers(map.node("answer"), "attachments.answer", problems_);
    rules->digest_path = answers.text("digest", "");
    profile_->answer_.single = true;
    answer(answers);
    if (!profile_->answer_.fields.empty()) map.problem("answer.item.fields: an attachment has no fields");
    receipt(YamlMap(map.node("receipt"), "attachments.receipt", problems_));
    map.finish();
    rules->exchange = profile_;
    profile_ = whole;
    profile_->attachments_ = std::move(rules);
}

/// Members and headers, and what of them is signed.
void ProfileLoader::attachmentEnvelope(YamlMap& map, AttachmentRules& rules) {
    auto& envelope = profile_->envelope_;
    for (const char* key : {"members", "headers"}) {
        auto& into = key == std::string("members") ? envelope.members : envelope.headers;
        const YAML::Node list = map.node(key);
        if (!list.IsDefined()) continue;
        if (!list.IsSequence()) {
            map.problem(std::string(key) + ": write a list");
            continue;
        }
        const std::string where = std::string("attachments.") + key;
        for (const auto& node : list) {
            const auto* value = ownValue(node);
            into.push_back(value == nullptr ? envelopeMember(node, where) : EnvelopeMember{});
            if (value == nullptr) continue;
            YamlMap member(node, where, problems_);
            into.back().name = member.text("name");
            member.text("value");
            const bool is_name = value->value == AttachmentValue::FileName;
            const auto bytes_max = is_name ? member.integer("max", 0, 4, kNameBytesMax) : 0;
            member.finish();
            rules.members[into.back().name] = {value->value, static_cast<std::size_t>(bytes_max)};
        }
    }
    YamlMap signature(map.node("signature"), "attachments.signature", problems_);
    envelope.signed_text = signedText(signature, "over");
    signature.finish();
    checkAttachmentEnvelope(map, rules);
}

void ProfileLoader::checkAttachmentEnvelope(YamlMap& map, const AttachmentRules& rules) {
    const auto& envelope = profile_->envelope_;
    if (contentsIn(rules, envelope.headers) != 0 || contentsIn(rules, envelope.members) != (rules.raw ? 0U : 1U))
        map.problem("body json has one member of value content, body raw and headers have none");
    if (rules.raw && !envelope.members.empty()) map.problem("members: body raw has headers only");
    bool signs = false;
    for (const auto* list : {&envelope.members, &envelope.headers}) {
        for (const auto& member : *list) {
            signs = signs || member.value == EnvelopeValue::Signature;
            const bool of_records = member.value == EnvelopeValue::Records || member.value == EnvelopeValue::Record ||
                                    member.value == EnvelopeValue::Count || member.value == EnvelopeValue::Type;
            if (of_records) map.problem(member.name + ": records have this value, an attachment has none");
        }
    }
    if (signs && envelope.signed_text.parts.empty()) map.problem("signature.over: say what is signed");
    for (const auto& part : envelope.signed_text.parts) {
        const auto named = [&](const EnvelopeMember& member) {
            return member.name == part.path && member.value != EnvelopeValue::Signature;
        };
        const auto own = rules.members.find(part.path);
        const bool content = own != rules.members.end() && own->second.value == AttachmentValue::Content;
        if (content) map.problem("signature.over: sign the digest, the content is never in memory as a whole");
        if (std::none_of(envelope.members.begin(), envelope.members.end(), named) &&
            std::none_of(envelope.headers.begin(), envelope.headers.end(), named)) {
            map.problem("signature.over: there is no " + part.path);
        }
    }
}

}  // namespace yht::kit
