#include "gateway/intake/pull/source_memory.h"

#include <charconv>
#include <map>

#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::intake {
namespace {

using Texts = std::map<std::string, std::string>;

base::Bytes keyOf(const char* what, const std::string& source, const std::string& name = {}) {
    base::Bytes text = "yht source memory 1\n";
    for (const std::string& part : {std::string(what), source, name}) {
        base::appendU32(text, static_cast<std::uint32_t>(part.size()));
        text += part;
    }
    return crypto::sha256(text);
}

std::string read(ledger::View& view, const base::Bytes& key) {
    const auto kept = view.findKeptAnswer(key, crypto::sha256(""));
    return kept ? kept->answer : "";
}

base::Status keep(ledger::Transaction& transaction, const base::Bytes& key, const std::string& text) {
    return transaction.keepAnswer(key, crypto::sha256(""), text);
}

std::string encode(const Texts& texts) {
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> writer(text);
    writer.StartObject();
    for (const auto& [name, value] : texts) {
        json::writeText(writer, name, value);
    }
    writer.EndObject();
    return text.GetString();
}

/// Texts of one remembered object; "" and 0 where they are absent.
class Remembered {
public:
    explicit Remembered(const std::string& text) : document_(json::parse(text.empty() ? "{}" : text)) {}
    std::string text(const char* name) const {
        return document_.ok() && document_->IsObject() ? json::textMember(*document_, name) : "";
    }
    template <class T>
    T number(const char* name) const {
        const std::string written = text(name);
        T value = 0;
        std::from_chars(written.data(), written.data() + written.size(), value);
        return value;
    }

private:
    base::Result<rapidjson::Document> document_;
};

constexpr const char* kPull = "pull";
constexpr const char* kPause = "pause";
constexpr const char* kItems = "items";
constexpr const char* kFile = "file";
constexpr const char* kGrade = "grade";

}  // namespace

PullFacts pullFacts(ledger::View& view, const std::string& source) {
    const Remembered kept(read(view, keyOf(kPull, source)));
    PullFacts facts;
    facts.cursor = kept.text("cursor");
    facts.portion = kept.number<std::uint64_t>("portion");
    facts.last_success_ms = kept.number<std::int64_t>("last_success_ms");
    facts.trouble = kept.text("trouble");
    facts.trouble_detail = kept.text("trouble_detail");
    facts.trouble_ms = kept.number<std::int64_t>("trouble_ms");
    facts.more = kept.text("more") == "yes";
    return facts;
}

base::Status keepPullFacts(ledger::Transaction& transaction, const std::string& source, const PullFacts& facts) {
    return keep(
        transaction, keyOf(kPull, source),
        encode({{"cursor", facts.cursor},
                {"last_success_ms", std::to_string(facts.last_success_ms)},
                {"more", facts.more ? "yes" : "no"},
                {"portion", std::to_string(facts.portion)},
                {"trouble", facts.trouble},
                {"trouble_detail", facts.trouble_detail},
                {"trouble_ms", std::to_string(facts.trouble_ms)}})
    );
}

Pause pauseOf(ledger::View& view, const std::string& source) {
    const Remembered kept(read(view, keyOf(kPause, source)));
    return {kept.text("by"), kept.text("why"), kept.number<std::int64_t>("since_ms")};
}

base::Status keepPause(ledger::Transaction& transaction, const std::string& source, const Pause& pause) {
    return keep(
        transaction, keyOf(kPause, source),
        encode({{"by", pause.by}, {"since_ms", std::to_string(pause.since_ms)}, {"why", pause.why}})
    );
}

ItemFacts itemFacts(ledger::View& view, const std::string& source) {
    const Remembered kept(read(view, keyOf(kItems, source)));
    ItemFacts facts;
    facts.known_since_ms = kept.number<std::int64_t>("known_since_ms");
    facts.last_item_ms = kept.number<std::int64_t>("last_item_ms");
    facts.day = kept.number<std::int32_t>("day");
    facts.received = kept.number<std::uint64_t>("received");
    facts.alarm = kept.text("alarm");
    facts.alarm_ms = kept.number<std::int64_t>("alarm_ms");
    return facts;
}

base::Status keepItemFacts(ledger::Transaction& transaction, const std::string& source, const ItemFacts& facts) {
    return keep(
        transaction, keyOf(kItems, source),
        encode({{"alarm", facts.alarm},
                {"alarm_ms", std::to_string(facts.alarm_ms)},
                {"day", std::to_string(facts.day)},
                {"known_since_ms", std::to_string(facts.known_since_ms)},
                {"last_item_ms", std::to_string(facts.last_item_ms)},
                {"received", std::to_string(facts.received)}})
    );
}

KeptGrade keptGrade(ledger::View& view, const std::string& source) {
    const Remembered kept(read(view, keyOf(kGrade, source)));
    return {kept.text("grade"), kept.number<std::int32_t>("day"), kept.text("adapter_version")};
}

base::Status keepGrade(ledger::Transaction& transaction, const std::string& source, const KeptGrade& grade) {
    return keep(
        transaction, keyOf(kGrade, source),
        encode({{"adapter_version", grade.adapter_version}, {"day", std::to_string(grade.day)}, {"grade", grade.grade}})
    );
}

std::string fileMark(ledger::View& view, const std::string& source, const std::string& name) {
    return read(view, keyOf(kFile, source, name));
}

base::Status keepFileMark(
    ledger::Transaction& transaction, const std::string& source, const std::string& name, const std::string& mark
) {
    return keep(transaction, keyOf(kFile, source, name), mark);
}

}  // namespace yht::intake
