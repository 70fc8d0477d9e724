#include "adapters/kit/inbound/samples.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/base/text.h"
#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"

#include <rapidjson/prettywriter.h>

namespace yht::kit {
namespace {

constexpr base::UnixMillis kNow =
    1'555'551'000'000;  // 2019-04-18T09:30:00+08:00, where case.json says none
constexpr std::size_t kInputDigits = 16;
constexpr json::Limits kJsonLimits{.depth_max = 16, .values_max = 2'000'000, .members_max = 1'000};

base::Error unusable(const std::string& path, const std::string& what) {
    return base::makeError(base::ErrorCode::ManifestInvalid, path + ": " + what);
}

std::optional<std::string> readFile(const std::string& path) {
    std::error_code code;
    if (std::filesystem::file_size(path, code) > kSampleBytesMax || code) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return std::nullopt;
    return text.str();
}

base::Status writeFile(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.flush();
    if (!file) return unusable(path, "can't be written");
    return {};
}

base::Status readSettings(const std::string& path, const std::string& text, SampleCase& sample) {
    auto read = json::parse(text, kJsonLimits);
    if (!read || !read->IsObject()) return unusable(path, "is no JSON object");
    for (const auto& member : read->GetObject()) {
        const std::string name = member.name.GetString();
        if (name == "now") {
            const auto now =
                base::parseRfc3339(member.value.IsString() ? member.value.GetString() : "");
            if (!now) return unusable(path, "now: write 2019-04-18T09:30:00+08:00");
            sample.context.received_ms = *now;
        } else if (name == "patches" && member.value.IsArray()) {
            for (const auto& patch : member.value.GetArray()) {
                ItemPatch made{0, json::textMember(patch, "path"), json::textMember(patch, "text")};
                const std::string index = json::textMember(patch, "index");
                std::from_chars(index.data(), index.data() + index.size(), made.index);
                sample.patches.push_back(std::move(made));
            }
        } else if (name == "reviewed") {
            sample.reviewed_by = json::textMember(member.value, "by");
            sample.reviewed_input = json::textMember(member.value, "input");
        } else if (name != "content_type" && name != "file_name" && name != "origin" && name != "why") {
            return unusable(path, "unknown member " + name);
        }
    }
    sample.context.content_type = json::textMember(*read, "content_type");
    sample.context.file_name = json::textMember(*read, "file_name");
    sample.context.origin = json::textMember(*read, "origin");
    return {};
}

/// First digits of the SHA-256 of the input; "" where it can't be read.
std::string inputDigest(const SampleCase& sample) {
    const auto input = readFile(sample.input_path);
    return input ? base::toHex(crypto::sha256(*input)).substr(0, kInputDigits) : "";
}

/// Somebody looked at what this input gives, and not at another one's; reviews of old name none.
void forgetOldReview(SampleCase& sample) {
    const bool expects = !sample.expected_json.empty() || !sample.expected_err.empty();
    const bool same = sample.reviewed_input.empty() || sample.reviewed_input == inputDigest(sample);
    if (!expects || !same) sample.reviewed_by.clear();
}

base::Result<SampleCase> readCase(const std::filesystem::path& directory) {
    SampleCase sample;
    sample.directory = directory.string();
    sample.name = directory.filename().string();
    sample.context.received_ms = kNow;
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(directory, code)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("input.")) {
            if (!sample.input_path.empty())
                return unusable(sample.directory, "more than one input.*");
            sample.input_path = entry.path().string();
            continue;
        }
        const bool expected = name == "expected.json" || name == "expected.err";
        if (!expected && name != "case.json")
            return unusable(entry.path().string(), "is no file of a case");
        const auto text = readFile(entry.path().string());
        if (!text) return unusable(entry.path().string(), "can't be read");
        if (expected)
            (name == "expected.json" ? sample.expected_json : sample.expected_err) = *text;
        else if (auto status = readSettings(entry.path().string(), *text, sample); !status)
            return std::move(status).error();
    }
    if (sample.input_path.empty()) return unusable(sample.directory, "no input.*");
    if (!sample.expected_json.empty() && !sample.expected_err.empty())
        return unusable(sample.directory, "expected.json and expected.err");
    if (!sample.reviewed_by.empty()) forgetOldReview(sample);
    return sample;
}

std::string pretty(const std::string& text) {
    auto read = json::parse(text, kJsonLimits);
    if (!read) return text;
    rapidjson::StringBuffer buffer;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> out(buffer);
    out.SetIndent(' ', 2);
    read->Accept(out);
    return std::string(buffer.GetString()) + "\n";
}

/// case.json with or without its review.
base::Status writeSettings(const SampleCase& sample, const std::string& by, const std::string& on) {
    const std::string path = sample.directory + "/case.json";
    rapidjson::Document settings(rapidjson::kObjectType);
    if (const auto text = readFile(path)) {
        auto read = json::parse(*text, kJsonLimits);
        if (!read || !read->IsObject()) return unusable(path, "is no JSON object");
        settings.CopyFrom(*read, settings.GetAllocator());
    }
    settings.RemoveMember("reviewed");
    auto& allocator = settings.GetAllocator();
    if (!by.empty()) {
        rapidjson::Value review(rapidjson::kObjectType);
        review.AddMember("by", rapidjson::Value(by, allocator), allocator);
        review.AddMember("on", rapidjson::Value(on, allocator), allocator);
        review.AddMember("input", rapidjson::Value(inputDigest(sample), allocator), allocator);
        settings.AddMember("reviewed", review, allocator);
    }
    if (settings.ObjectEmpty()) {
        std::error_code code;
        std::filesystem::remove(path, code);
        return {};
    }
    return writeFile(path, pretty(json::write(settings)));
}

/// Differences are told a line each.
std::string inOneLine(std::string lines) {
    if (lines.ends_with('\n')) lines.pop_back();
    for (auto at = lines.find('\n'); at != std::string::npos; at = lines.find('\n', at + 2)) lines.replace(at, 1, "; ");
    return lines.empty() ? "nothing" : lines;
}

}  // namespace

base::Result<std::vector<SampleCase>> findSamples(
    const std::string& sources_directory, const std::string& id
) {
    std::vector<SampleCase> samples;
    std::error_code code;
    for (const auto& entry :
         std::filesystem::directory_iterator(sources_directory + "/" + id + "/tests", code)) {
        if (!entry.is_directory()) continue;
        auto sample = readCase(entry.path());
        if (!sample) return std::move(sample).error();
        samples.push_back(std::move(*sample));
    }
    std::sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) {
        return a.name < b.name;
    });
    return samples;
}

SampleResult runSample(const Adapter& adapter, const SampleCase& sample) {
    SampleResult result{sample.name, false, !sample.reviewed_by.empty(), {}};
    const auto message = readFile(sample.input_path);
    if (!message) {
        result.differences.push_back("input can't be read, or is larger than 16 MiB");
        return result;
    }
    const auto outcome = adaptSample(adapter, *message, sample.context, sample.patches);
    if (!sample.expected_err.empty()) {
        if (outcome.records > 0)
            result.differences.push_back("expected errors only, but records were made");
        if (outcome.errors != sample.expected_err) {
            result.differences.push_back("expected.err: expected " + inOneLine(sample.expected_err));
            result.differences.push_back("expected.err: is " + inOneLine(outcome.errors));
        }
    } else if (sample.expected_json.empty()) {
        result.differences.push_back(
            "there is no expectation yet: yht adapters test --accept writes it"
        );
    } else {
        result.differences = differences(sample.expected_json, outcome.json);
    }
    result.passed = result.differences.empty();
    return result;
}

base::Status acceptSample(const Adapter& adapter, const SampleCase& sample) {
    const auto message = readFile(sample.input_path);
    if (!message) return unusable(sample.input_path, "can't be read");
    const auto outcome = adaptSample(adapter, *message, sample.context, sample.patches);
    const bool errors_only =
        outcome.records == 0 && outcome.ignored == 0 && !outcome.errors.empty();
    // What is as it was keeps its review.
    if (errors_only ? outcome.errors == sample.expected_err
                    : !sample.expected_json.empty() &&
                          differences(sample.expected_json, outcome.json).empty())
        return {};
    const std::string path = sample.directory + (errors_only ? "/expected.err" : "/expected.json");
    std::error_code code;
    std::filesystem::remove(
        sample.directory + (errors_only ? "/expected.json" : "/expected.err"), code
    );
    if (auto status = writeFile(path, errors_only ? outcome.errors : pretty(outcome.json)); !status)
        return status;
    return writeSettings(sample, "", "");
}

bool losesItsRecords(const Adapter& adapter, const SampleCase& sample) {
    auto expected = json::parse(sample.expected_json, kJsonLimits);
    const auto* items = expected ? json::findMember(*expected, "items") : nullptr;
    if (items == nullptr || !items->IsArray()) return false;
    const bool had = std::any_of(items->Begin(), items->End(), [](const auto& item) {
        return json::findMember(item, "records") != nullptr;
    });
    const auto message = readFile(sample.input_path);
    return had && message && adaptSample(adapter, *message, sample.context, sample.patches).records == 0;
}

base::Status reviewSample(const SampleCase& sample, const std::string& by, const std::string& on) {
    if (sample.expected_json.empty() && sample.expected_err.empty())
        return unusable(sample.directory, "has no expectation to look at");
    return writeSettings(sample, by, on);
}

}  // namespace yht::kit
