// What becomes of a sample, as JSON text, and how two such texts differ.
#include <algorithm>
#include <iterator>

#include "adapters/kit/inbound/samples.h"
#include "gateway/json/json.h"
#include "gateway/ticket/record_json.h"
#include "gateway/ticket/validate.h"

namespace yht::kit {
namespace {

constexpr json::Limits kJsonLimits{.depth_max = 16, .values_max = 2'000'000, .members_max = 1'000};

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

std::vector<std::string> codesOf(const base::Error& error) {
    std::vector<std::string> codes = {base::errorRow(error.code).wire};
    for (const auto& field : error.fields) {
        // The English text begins with the target's name; it is part of what is expected, the rest
        // is not.
        const std::string target = field.en.substr(0, field.en.find(':'));
        const bool named = target.size() < field.en.size() && target.find(' ') == std::string::npos;
        codes.push_back(
            field.code + (named ? " " + target : "") +
            (field.pointer.empty() ? "" : " " + field.pointer)
        );
    }
    return codes;
}

class OutcomeWriter {
public:
    OutcomeWriter() {
        out_.StartObject();
        out_.String("items");
        out_.StartArray();
    }

    void add(AdaptedItem&& item) {
        outcome_.counts.unmapped_codes += item.counts.unmapped_codes;
        outcome_.counts.unknown_members += item.counts.unknown_members;
        outcome_.counts.cut_texts += item.counts.cut_texts;
        std::move(
            item.observations.begin(), item.observations.end(),
            std::back_inserter(outcome_.observations)
        );
        validate(item);
        out_.StartObject();
        switch (item.fate) {
            case ItemFate::Ignored:
                ++outcome_.ignored;
                out_.String("ignored_by");
                out_.String(item.ignored_by);
                break;
            case ItemFate::Failed:
                ++outcome_.failed;
                errors("errors", *item.failure, item.index);
                break;
            case ItemFate::Records:
                records(item);
                break;
        }
        count("unmapped_codes", item.counts.unmapped_codes);
        count("unknown_members", item.counts.unknown_members);
        count("cut_texts", item.counts.cut_texts);
        out_.EndObject();
    }

    SampleOutcome finish(const base::Status& status) {
        out_.EndArray();
        if (!status) {
            ++outcome_.failed;
            errors("message_error", status.error(), std::nullopt);
        }
        out_.EndObject();
        outcome_.json = buffer_.GetString();
        return std::move(outcome_);
    }

private:
    /// As admission does: a record that the catalogue refuses fails its item.
    static void validate(AdaptedItem& item) {
        if (item.fate != ItemFate::Records) return;
        for (std::size_t i = 0; i < item.records.size(); ++i) {
            auto valid = ticket::validated(
                item.records[i].record, item.records.size() > 1 ? "/" + std::to_string(i) : ""
            );
            if (valid) {
                item.records[i].record = std::move(*valid);
                continue;
            }
            if (!item.failure)
                item.failure = valid.error();
            else
                item.failure->fields.insert(
                    item.failure->fields.end(), valid.error().fields.begin(),
                    valid.error().fields.end()
                );
        }
        if (item.failure) item.fate = ItemFate::Failed;
    }

    void records(const AdaptedItem& item) {
        out_.String("records");
        out_.StartArray();
        for (const auto& record : item.records) {
            const std::string text = ticket::canonicalText(record.record);
            out_.RawValue(text.data(), text.size(), rapidjson::kObjectType);
            ++outcome_.records;
        }
        out_.EndArray();
        if (item.attachments.empty()) return;
        out_.String("attachments");
        out_.StartArray();
        for (const auto& attachment : item.attachments) {
            static constexpr const char* kKinds[] = {"value", "url", "number"};
            out_.StartObject();
            out_.String(kKinds[static_cast<std::size_t>(attachment.kind)]);
            out_.String(attachment.content);
            text("file_name", attachment.file_name);
            text("media_type", attachment.media_type);
            text("type", attachment.attachment_type);
            out_.String("record");
            out_.String(std::to_string(attachment.record_index));
            out_.EndObject();
        }
        out_.EndArray();
    }

    void errors(const char* name, const base::Error& error, std::optional<std::uint64_t> index) {
        out_.String(name);
        out_.StartArray();
        for (const auto& code : codesOf(error)) {
            out_.String(code);
            outcome_.errors += (index ? std::to_string(*index) : "message") + " " + code + "\n";
        }
        out_.EndArray();
    }

    void text(const char* name, const std::string& value) {
        if (value.empty()) return;
        out_.String(name);
        out_.String(value);
    }
    void count(const char* name, std::uint64_t value) {
        if (value > 0) text(name, std::to_string(value));
    }

    rapidjson::StringBuffer buffer_;
    Writer out_{buffer_};
    SampleOutcome outcome_;
};

// ---- differences

std::string shown(const rapidjson::Value* value) {
    if (value == nullptr) return "nothing";
    std::string text = json::write(*value);
    constexpr std::size_t kShownBytesMax = 200;
    if (text.size() > kShownBytesMax) {
        text.resize(kShownBytesMax);
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80)
            text.pop_back();
        text += "…";
    }
    return text;
}

void compare(
    const rapidjson::Value* expected, const rapidjson::Value* actual, const std::string& path,
    std::vector<std::string>& found
) {
    const bool objects =
        expected != nullptr && actual != nullptr && expected->IsObject() && actual->IsObject();
    const bool lists =
        expected != nullptr && actual != nullptr && expected->IsArray() && actual->IsArray();
    if (objects) {
        for (const auto& member : expected->GetObject())
            compare(
                &member.value, json::findMember(*actual, member.name.GetString()),
                path + "/" + json::pointerToken(member.name.GetString()), found
            );
        for (const auto& member : actual->GetObject()) {
            if (json::findMember(*expected, member.name.GetString()) == nullptr)
                compare(
                    nullptr, &member.value,
                    path + "/" + json::pointerToken(member.name.GetString()), found
                );
        }
    } else if (lists) {
        for (rapidjson::SizeType i = 0; i < std::max(expected->Size(), actual->Size()); ++i)
            compare(
                i < expected->Size() ? &(*expected)[i] : nullptr,
                i < actual->Size() ? &(*actual)[i] : nullptr, path + "/" + std::to_string(i), found
            );
    } else if (expected == nullptr || actual == nullptr || json::write(*expected) != json::write(*actual)) {
        found.push_back(path + ": expected " + shown(expected) + ", is " + shown(actual));
    }
}

}  // namespace

SampleOutcome adaptSample(
    const Adapter& adapter, std::string_view message, const MessageContext& context,
    const std::vector<ItemPatch>& patches
) {
    OutcomeWriter writer;
    MessageContext traced = context;
    traced.trace = true;
    const auto status = adapter.adapt(message, traced, patches, [&](AdaptedItem&& item) {
        writer.add(std::move(item));
        return true;
    });
    return writer.finish(status);
}

std::vector<std::string> differences(std::string_view expected, std::string_view actual) {
    std::vector<std::string> found;
    const auto a = json::parse(expected, kJsonLimits);
    const auto b = json::parse(actual, kJsonLimits);
    if (!a || !b) return {std::string(a ? "the outcome" : "the expectation") + " is no JSON"};
    compare(&*a, &*b, "", found);
    return found;
}

}  // namespace yht::kit
