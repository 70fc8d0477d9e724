#include "gateway/intake/admission/source_items.h"

#include <algorithm>
#include <set>

#include "gateway/base/text.h"
#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"
#include "gateway/ticket/validate.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using ticket::Field;

constexpr std::size_t kFingerprintDigits = 12;
constexpr std::string_view kTarget = "target:";
constexpr std::size_t kAttachmentRefDigits = 32;
constexpr std::size_t kSaltsAtOnce = 16;
constexpr std::size_t kCityDigits = 4;  // of a region

/// Cut where a character ends.
std::string cut(std::string text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    text.resize(bytes_max);
    while (!text.empty() && !base::countCodePoints(text)) text.pop_back();
    return text;
}

/// "/category_path/2" as its field's name and the rest.
std::pair<std::string_view, std::string_view> splitPointer(std::string_view pointer) {
    if (pointer.starts_with('/')) pointer.remove_prefix(1);
    const std::size_t end = pointer.find('/');
    if (end == pointer.npos) return {pointer, {}};
    return {pointer.substr(0, end), pointer.substr(end)};
}

/// Numbers of rows and entries say where, not what: "/rows/17/BT" and "/rows/3/BT" are one trouble.
std::string withoutNumbers(std::string_view pointer) {
    std::string text;
    for (const char c : pointer) {
        const bool digit = c >= '0' && c <= '9';
        if (!digit) text += c;
        else if (text.empty() || text.back() != '#') text += '#';
    }
    return text;
}

base::Error tooManyRecords() {
    const std::string max = std::to_string(kRecordsPerItemMax);
    return base::makePublicError(
        ErrorCode::ItemTooLarge, "One item gives at most " + max + " records.",
        "一个条目最多生成 " + max + " 条记录。"
    );
}

void appendMember(std::string& out, std::string_view name, std::string_view text) {
    if (out.back() != '{') out += ',';
    json::appendCanonicalString(out, name);
    out += ':';
    // A source's own names are its own: a decoder that let a wrong byte through must not cost the item.
    json::appendCanonicalString(out, base::countCodePoints(text) ? text : "?");
}

}  // namespace

std::string attachmentRef(const ticket::Record& belongs_to, const kit::AdaptedAttachment& attachment) {
    base::Bytes text;
    const std::string kind = ticket::kindRow(belongs_to.kind()).name;
    const std::string how = std::to_string(static_cast<int>(attachment.kind));
    for (const std::string* part :
         {&kind, &belongs_to.text(Field::record_ref), &how, &attachment.content}) {
        base::appendU32(text, static_cast<std::uint32_t>(part->size()));
        text += *part;
    }
    return "att-" + base::toHex(crypto::sha256(text)).substr(0, kAttachmentRefDigits);
}

std::string ticketRegionOf(const kit::Manifest& manifest, const trust::TrustSnapshot& registry) {
    if (manifest.mode != kit::IntegrationMode::Merged) return {};
    const trust::Source* own = registry.findSource(manifest.source);
    if (own == nullptr) return {};
    const std::string city = own->region.substr(0, kCityDigits);
    for (const trust::Source& each : registry.sources()) {
        if (each.is_centre && each.region.starts_with(city)) return each.region;
    }
    return {};
}

bool isSlice(std::uint64_t offset, std::uint64_t bytes, std::uint64_t message_bytes) {
    return bytes > 0 && offset <= message_bytes && bytes <= message_bytes - offset;
}

SourceItems::SourceItems(std::string_view message, std::string source, base::Random& random)
    : message_(message),
      source_(std::move(source)),
      random_(random) {}

const base::Bytes& SourceItems::messageDigest() const {
    if (message_digest_.empty()) message_digest_ = crypto::sha256(message_);
    return message_digest_;
}

base::Bytes SourceItems::digestOf(const kit::AdaptedItem& adapted) const {
    if (isSlice(adapted.raw_offset, adapted.raw_bytes, message_.size())) {
        constexpr std::string_view kSlice = "slice\n";
        std::string slice;
        slice.reserve(kSlice.size() + adapted.raw_bytes);
        slice += kSlice;
        slice += message_.substr(adapted.raw_offset, adapted.raw_bytes);
        return crypto::sha256(slice);
    }
    // An envelope's own time and number differ with every message, the item does not.
    if (!adapted.value_digest.empty()) return crypto::sha256("value\n" + adapted.value_digest);
    return crypto::sha256("item " + std::to_string(adapted.index) + "\n" + messageDigest());
}

base::Bytes SourceItems::salt() const {
    if (salts_.empty()) salts_ = random_.bytes(ledger::kSaltBytes * kSaltsAtOnce);
    base::Bytes salt = salts_.substr(salts_.size() - ledger::kSaltBytes);
    salts_.resize(salts_.size() - ledger::kSaltBytes);
    return salt;
}

SourceItem SourceItems::prepare(kit::AdaptedItem&& adapted) const {
    SourceItem item;
    item.index = adapted.index;
    item.place = cut(std::move(adapted.place), kPlaceBytesMax);
    item.raw_offset = adapted.raw_offset;
    item.raw_bytes = adapted.raw_bytes;
    item.digest = digestOf(adapted);
    item.fate = adapted.fate;
    item.counts = adapted.counts;
    item.ignored_by = std::move(adapted.ignored_by);
    item.failure = std::move(adapted.failure);
    if (item.fate == kit::ItemFate::Records) prepareRecords(std::move(adapted.records), item);
    nameAttachments(adapted.attachments, item);
    if (item.fate == kit::ItemFate::Failed && !item.failure) {
        item.failure = base::makeError(ErrorCode::ItemUnmapped, "an adapter gave no reason");
    }
    return item;
}

SourceItem SourceItems::prepareRest(std::uint64_t index, base::Error failure) const {
    SourceItem item;
    item.index = index;
    // Never that of an item: the first of the rest is no repeat of the rest.
    item.digest = crypto::sha256("rest " + std::to_string(index) + "\n" + messageDigest());
    item.failure = std::move(failure);
    return item;
}

/// What the catalogue can't know: whose records these are, and that operators alone correct.
base::Status SourceItems::checkOwn(const ticket::Record& record) const {
    if (record.source() != source_) return base::makeError(ErrorCode::SourceNotOwn);
    if (record.integer(Field::correction) == 0) return {};
    base::Error error = base::makeError(ErrorCode::RecordInvalid);
    error.fields.push_back(
        {.pointer = "/correction",
         .code = "operator_only",
         .limit = "0",
         .en = "Only an operator of the gateway corrects a version; send a new version.",
         .zh = "更正只能由网关运维人员提交;请报送新版本。"}
    );
    return error;
}

void SourceItems::nameAttachments(
    const std::vector<kit::AdaptedAttachment>& attachments, SourceItem& item
) {
    for (std::size_t i = 0; i < attachments.size(); ++i) {
        const std::size_t at = attachments[i].record_index;
        if (at >= item.records.size()) continue;  // of an item that failed
        item.attachments.push_back({at, i, attachmentRef(item.records[at].record, attachments[i])});
    }
}

void SourceItems::prepareRecords(std::vector<kit::AdaptedRecord>&& records, SourceItem& item) const {
    std::optional<base::Error> failure;
    if (records.empty()) failure = base::makeError(ErrorCode::ItemUnmapped, "no record");
    if (records.size() > kRecordsPerItemMax) failure = tooManyRecords();
    for (kit::AdaptedRecord& adapted : records) {
        if (failure && failure->code != ErrorCode::RecordInvalid) break;
        base::Result<ticket::Record> record = ticket::validated(std::move(adapted.record));
        base::Status own = record.ok() ? checkOwn(*record) : base::Status(record.error());
        if (own.ok()) {
            item.records.push_back(
                prepareRecord(*std::move(record), "", salt())
            );
            item.origins.push_back(std::move(adapted.origins));
            continue;
        }
        base::Error error = atSourcePaths(std::move(own).error(), adapted.origins);
        if (!failure) failure = std::move(error);
        else std::move(error.fields.begin(), error.fields.end(), std::back_inserter(failure->fields));
    }
    if (!failure) return;
    item.failure = std::move(failure);
    item.records.clear();
    item.origins.clear();
}

base::Error atSourcePaths(base::Error error, const Origins& origins) {
    for (base::FieldError& field : error.fields) {
        const auto [name, rest] = splitPointer(field.pointer);
        const auto found = std::find_if(origins.begin(), origins.end(), [&](const auto& origin) {
            return !origin.path.empty() && name == ticket::fieldRow(origin.field).name;
        });
        if (found == origins.end()) {
            field.pointer = std::string(kTarget) + std::string(name) + std::string(rest);
        } else {
            field.pointer = (found->path.starts_with('/') ? "" : "/") + std::string(found->path);
        }
    }
    return error;
}

std::string fingerprintOf(const base::Error& error) {
    std::set<std::string> troubles;
    for (const base::FieldError& field : error.fields) {
        troubles.insert(withoutNumbers(field.pointer) + ":" + field.code);
    }
    std::string text = error.row().wire;
    for (const std::string& trouble : troubles) text += "\n" + trouble;
    return base::toHex(crypto::sha256(text)).substr(0, kFingerprintDigits);
}

std::string encodeErrorDetail(const base::Error& error) {
    std::string out = "{";
    appendMember(out, "en", error.public_en);
    out += ",\"fields\":[";
    for (std::size_t i = 0; i < std::min(error.fields.size(), kItemErrorsKeptMax); ++i) {
        const base::FieldError& field = error.fields[i];
        out += i == 0 ? "{" : ",{";
        appendMember(out, "code", field.code);
        appendMember(out, "en", field.en);
        appendMember(out, "limit", field.limit);
        appendMember(out, "pointer", field.pointer);
        appendMember(out, "zh", field.zh);
        out += '}';
    }
    out += ']';
    appendMember(out, "zh", error.public_zh);
    return out + "}";
}

base::Error decodeErrorDetail(base::ErrorCode code, std::string_view detail_json) {
    base::Error error = base::makeError(code);
    const auto document = json::parse(detail_json);
    if (!document.ok() || !document->IsObject()) return error;
    error.public_en = json::textMember(*document, "en");
    error.public_zh = json::textMember(*document, "zh");
    const rapidjson::Value* fields = json::findMember(*document, "fields");
    if (fields == nullptr || !fields->IsArray()) return error;
    for (const auto& field : fields->GetArray()) {
        if (!field.IsObject()) continue;
        error.fields.push_back(
            {.pointer = json::textMember(field, "pointer"),
             .code = json::textMember(field, "code"),
             .limit = json::textMember(field, "limit"),
             .en = json::textMember(field, "en"),
             .zh = json::textMember(field, "zh")}
        );
    }
    return error;
}

}  // namespace yht::intake
