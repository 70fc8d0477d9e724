#include "adapters/kit/inbound/mapping_reader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/kit/inbound/row_reader.h"
#include "gateway/ticket/codes.h"

namespace yht::kit {
namespace {

constexpr std::uintmax_t kFileBytesMax = 4U << 20;
constexpr std::size_t kRecordSectionsMax = 64;
constexpr std::size_t kSuffixesMax = 16;
constexpr const char* kEntryNumber = "$number";

constexpr std::pair<const char*, AdaptedAttachment::Kind> kAttachmentKinds[] = {
    {"value", AdaptedAttachment::Kind::Value},
    {"url", AdaptedAttachment::Kind::Url},
    {"number", AdaptedAttachment::Kind::TwoStep},
};

/// nullopt where there is no such file or it is too large.
std::optional<std::string> readFile(const std::string& path) {
    std::error_code code;
    if (std::filesystem::file_size(path, code) > kFileBytesMax || code) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return std::nullopt;
    return text.str();
}

bool isFileName(const std::string& name) {
    return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
}

std::string shownName(const std::string& directory, const std::string& file) {
    return std::filesystem::path(directory).filename().string() + "/" + file;
}

std::vector<std::string> kindNames() {
    std::vector<std::string> names;
    for (const auto& row : ticket::kindTable()) names.emplace_back(row.name);
    return names;
}

}  // namespace

MappingRules MappingReader::read(const YAML::Node& node) {
    YamlMap map(node, "mapping", problems_);
    if (!node.IsDefined())
        problems_.add(node, "there is no mapping.yaml, neither of the source nor of its product");
    style(map);
    vocabularies(map);
    functions(map);
    ignoreRules(map);
    for (const auto& text : map.texts("known_unused")) {
        if (auto known = path(text, map.node("known_unused")))
            rules_.known_unused.push_back(std::move(*known));
    }
    const YAML::Node common = map.node("common");
    const auto records = map.entries("records");
    if (records.empty() || records.size() > kRecordSectionsMax)
        map.problem("records: write 1 to 64 sections, each with kind and rows");
    for (const auto& [name, section] : records)
        record(name, YamlMap(section, "records." + name, problems_), common);
    map.finish();
    return std::move(rules_);
}

void MappingReader::style(YamlMap& map) {
    auto tokens = map.texts("null_tokens");
    rules_.null_tokens = {tokens.begin(), tokens.end()};
    rules_.null_tokens.insert("");
    YamlMap times(map.node("times"), "mapping.times", problems_);
    time_formats_ = times.texts("formats");
    zone_ = times.text("zone", "Asia/Shanghai");
    if (auto made = TimeFormats::parse(time_formats_, zone_); !made)
        times.problem(made.error().detail);
    times.finish();
    YamlMap flags(map.node("flags"), "mapping.flags", problems_);
    if (auto yes = flags.texts("yes"); !yes.empty()) flags_.yes = std::move(yes);
    if (auto no = flags.texts("no"); !no.empty()) flags_.no = std::move(no);
    flags.finish();
}

void MappingReader::vocabularies(YamlMap& map) {
    for (const auto& [name, node] : map.entries("vocabularies"))
        vocabulary(name, YamlMap(node, "mapping.vocabularies." + name, problems_));
}

void MappingReader::vocabulary(const std::string& name, YamlMap map) {
    auto made = std::make_shared<InboundVocabulary>();
    made->name = name;
    const std::string file = map.text("file", (name + ".csv").c_str());
    if (!isFileName(file)) return map.problem("file: write the name of a file beside mapping.yaml");
    for (const auto& directory : directories_) {
        if (auto found = table(directory, file, map.self()))
            made->tables.push_back(std::move(found));
    }
    if (made->tables.empty())
        map.problem("there is no " + file + ", neither of the source nor of its product");
    const std::string match = map.text("match", "equal");
    made->contained = match == "contained";
    if (match != "equal" && match != "contained") map.problem("match: write equal or contained");
    made->suffixes = map.texts("ignore_suffixes");
    if (made->suffixes.size() > kSuffixesMax) map.problem("ignore_suffixes: at most 16");
    if (made->contained && !made->suffixes.empty())
        map.problem("ignore_suffixes: not with match: contained");
    const std::string unmapped = map.text("unmapped", "quarantine");
    made->accept_as = map.text("accept_as", "");
    made->keep_in = map.text("keep_in", ("ext/native_" + name).c_str());
    made->ignore_rule = map.text("ignore_rule", "");
    if (unmapped == "accept_as")
        made->unmapped = Unmapped::AcceptAs;
    else if (unmapped == "ignore")
        made->unmapped = Unmapped::Ignore;
    else if (unmapped == "next")
        made->unmapped = Unmapped::Next;
    else if (unmapped != "quarantine")
        map.problem("unmapped: write quarantine, accept_as, ignore or next");
    // A code that nobody knows must be seen; a word that does not occur is nothing to be seen.
    if (made->unmapped == Unmapped::Next && !made->contained)
        map.problem("unmapped: next goes with match: contained");
    if ((made->unmapped == Unmapped::AcceptAs) != !made->accept_as.empty())
        map.problem("unmapped: accept_as goes with accept_as: CODE");
    if ((made->unmapped == Unmapped::Ignore) != !made->ignore_rule.empty())
        map.problem("unmapped: ignore goes with ignore_rule: NAME, which the account shows");
    map.finish();
    rules_.vocabularies.emplace(name, std::move(made));
}

std::shared_ptr<const CodeTable> MappingReader::table(
    const std::string& directory, const std::string& file, const YAML::Node& at
) {
    if (!std::filesystem::exists(directory + "/" + file)) return nullptr;
    const std::string shown = shownName(directory, file);
    const auto text = readFile(directory + "/" + file);
    if (!text) {
        problems_.add(at, shown + " can't be read, or is larger than 4 MiB");
        return nullptr;
    }
    files_read_ += shown + '\0' + *text + '\0';
    auto made = CodeTable::fromCsv(shown, *text);
    if (!made) {
        problems_.add(made.error().detail);
        return nullptr;
    }
    return std::make_shared<const CodeTable>(std::move(*made));
}

void MappingReader::functions(YamlMap& map) {
    const std::string file = map.text("functions", "functions.lua");
    if (!isFileName(file))
        return map.problem("functions: write the name of a file beside mapping.yaml");
    for (const auto* directory : {&directories_[1], &directories_[0]}) {
        if (!std::filesystem::exists(*directory + "/" + file)) continue;
        const auto text = readFile(*directory + "/" + file);
        if (!text) {
            map.problem(shownName(*directory, file) + " can't be read, or is larger than 4 MiB");
            continue;
        }
        files_read_ += shownName(*directory, file) + '\0' + *text + '\0';
        rules_.function_chunks.push_back(*text);
    }
}

void MappingReader::ignoreRules(YamlMap& map) {
    for (const auto& [name, node] : map.entries("ignore")) {
        YamlMap rule(node, "mapping.ignore." + name, problems_);
        IgnoreRule made{
            name, condition(rule.node("when"), "when"),
            condition(rule.node("when_not"), "when_not")};
        if (made.when.terms.empty() && made.when_not.terms.empty())
            rule.problem("write when or when_not: a rule that ignores everything is none");
        rule.text("why", "");
        rule.finish();
        rules_.ignore.push_back(std::move(made));
    }
}

void MappingReader::record(const std::string& name, YamlMap map, const YAML::Node& common) {
    RecordRules record;
    record.name = name;
    const std::string kind_name = map.text("kind");
    const auto kind = ticket::findKind(kind_name);
    if (!kind)
        map.problem("kind: there is no kind " + kind_name + didYouMean(kind_name, kindNames()));
    record.kind = kind.value_or(ticket::Kind::Appeal);
    record.when = condition(map.node("when"), "when");
    record.when_not = condition(map.node("when_not"), "when_not");
    if (map.has("each")) record.each = path(map.text("each"), map.node("each"));
    record.each_separators = separatorsOf(map, "each_separator");
    if (!record.each_separators.empty() && !record.each)
        map.problem("each_separator: needs each");
    const YAML::Node rows = map.node("rows");
    attachments(map, record);
    map.finish();
    if (!kind) return;
    InboundRowReader reader{*this, record.kind, "records." + name};
    reader.read(rows, common, record.rows);
    if (!rows.IsDefined()) map.problem("rows: write field: path");
    rules_.records.push_back(std::move(record));
}

void MappingReader::attachments(YamlMap& map, RecordRules& record) {
    const YAML::Node list = map.node("attachments");
    if (!list.IsDefined()) return;
    if (!list.IsSequence()) return problems_.add(list, "attachments: write a list");
    for (const auto& node : list) {
        YamlMap entry(node, "attachments", problems_);
        AttachmentRules rules;
        const auto read = [&](const char* key) -> std::optional<Path> {
            const bool given = entry.has(key);
            const std::string text = entry.text(key, "");
            return given ? path(text, node) : std::nullopt;
        };
        rules.each = read("each").value_or(Path());
        int kinds = 0;
        for (const auto& [key, kind] : kAttachmentKinds) {
            if (auto content = read(key)) {
                rules.content = std::move(*content);
                rules.kind = kind;
                ++kinds;
            }
        }
        if (kinds != 1) entry.problem("write one of value (base64), url, number (two steps)");
        rules.file_name = read("file_name");
        rules.media_type = read("media_type");
        rules.attachment_type = entry.text("type", "");
        if (!rules.attachment_type.empty() &&
            ticket::findCode("attachment_type", rules.attachment_type) == nullptr)
            entry.problem("type: is not a code of the list attachment_type");
        rules.separators = separatorsOf(entry, "separator");
        rules.base_url = entry.text("base_url", "");
        entry.finish();
        record.attachments.push_back(std::move(rules));
    }
}

InboundCondition MappingReader::condition(const YAML::Node& node, const std::string& where) {
    InboundCondition made;
    if (!node.IsDefined()) return made;
    if (!node.IsMap()) {
        problems_.add(node, where + ": write path: value, or path: [value, value]");
        return made;
    }
    for (const auto& entry : node) {
        auto values = scalarsOf(entry.second, where, problems_);
        if (entry.first.Scalar() == kEntryNumber) {
            made.terms.push_back({Path(), {values.begin(), values.end()}, true});
            continue;
        }
        auto read = path(entry.first.Scalar(), entry.first);
        if (read) made.terms.push_back({std::move(*read), {values.begin(), values.end()}});
    }
    return made;
}

std::optional<Path> MappingReader::path(const std::string& text, const YAML::Node& at) {
    auto made = Path::parse(text);
    if (made) return std::move(*made);
    problems_.add(at, made.error().detail);
    return std::nullopt;
}

}  // namespace yht::kit
