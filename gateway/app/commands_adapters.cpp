#include "gateway/app/commands_adapters.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "adapters/kit/inbound/coverage.h"
#include "adapters/kit/inbound/generated_cases.h"
#include "adapters/kit/inbound/samples.h"
#include "gateway/app/command_line.h"
#include "gateway/app/commands_adapters_work.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/source_speaker.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/intake/admission/sample_ledger.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using json::Writer;

/// A source, loaded twice: as what runs, and as what its mapping says.
struct Loaded {
    std::string id;
    std::shared_ptr<const kit::Adapter> adapter;
    kit::ManifestTree tree;
    kit::ReadManifest manifest;
};

std::string sourcesOf(const AdapterOptions& options) {
    return options.directory + "/sources";
}
std::string productsOf(const AdapterOptions& options) {
    return options.directory + "/products";
}

std::vector<std::string> sourceNames(const AdapterOptions& options) {
    if (!options.sources.empty()) return options.sources;
    std::vector<std::string> names;
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(sourcesOf(options), code)) {
        if (std::filesystem::exists(entry.path() / "source.yaml"))
            names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

base::Result<Loaded> load(const AdapterOptions& options, const std::string& id) {
    auto adapter = kit::Adapter::load(sourcesOf(options), productsOf(options), id);
    if (!adapter) return std::move(adapter).error();
    auto tree = kit::readManifestTree(sourcesOf(options), productsOf(options), id);
    if (!tree) return std::move(tree).error();
    auto manifest = kit::readManifest(*tree, id);
    if (!manifest) return std::move(manifest).error();
    return Loaded{id, *adapter, std::move(*tree), std::move(*manifest)};
}

/// Says what is wrong; the exit code for it.
int refuse(const base::Error& error) {
    std::cerr << printable(base::errorRow(error.code).zh) << " " << base::errorRow(error.code).en
              << '\n'
              << error.detail << '\n';
    return error.code == base::ErrorCode::SourceUnknown ? kExitData : kExitConfig;
}

/// Of the deployment that is named, else of the folder where it is one; nullptr where neither is.
base::Result<std::shared_ptr<const trust::TrustSnapshot>> partnersFor(const AdapterOptions& options) {
    if (!options.deployment.empty()) return trust::loadTrust(options.deployment);
    std::error_code failed;
    const bool is_one = std::filesystem::exists(options.directory + "/partners.yaml", failed);
    return is_one ? trust::loadTrust(options.directory) : std::shared_ptr<const trust::TrustSnapshot>();
}

std::optional<std::string> readFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    if (!file) return std::nullopt;
    return content.str();
}

struct Tested {
    std::vector<kit::SampleResult> samples;
    std::vector<std::pair<std::string, kit::GeneratedCase>>
        generated;  // sample it was made from, case
    std::vector<std::string> bad_cases;  // accepted as giving errors only
    std::size_t mixed = 0;  // samples with records, and an item that is ignored or fails: nothing is generated from them
    bool passed() const {
        return std::all_of(
                   samples.begin(), samples.end(), [](const auto& s) { return s.passed; }
               ) &&
               std::all_of(generated.begin(), generated.end(), [](const auto& g) {
                   return g.second.problem.empty();
               });
    }
};

base::Result<Tested> test(const AdapterOptions& options, const Loaded& source) {
    auto samples = kit::findSamples(sourcesOf(options), source.id);
    if (!samples) return std::move(samples).error();
    Tested tested;
    for (auto& sample : *samples) {
        if (!options.sample_case.empty() && sample.name != options.sample_case) continue;
        if (options.accept) {
            if (options.sample_case.empty() && kit::losesItsRecords(*source.adapter, sample)) {
                tested.samples.push_back(
                    {sample.name, false, !sample.reviewed_by.empty(),
                     {"expected.json has records and now none come; it stays as it is. If that is right 原有记录现全无,期望未改;如确应如此: yht "
                      "adapters test " + source.id + " --case " + sample.name + " --accept"}}
                );
                continue;
            }
            if (auto status = kit::acceptSample(*source.adapter, sample); !status)
                return std::move(status).error();
            auto again = kit::findSamples(sourcesOf(options), source.id);
            if (!again) return std::move(again).error();
            sample = *std::find_if(again->begin(), again->end(), [&](const auto& s) {
                return s.name == sample.name;
            });
            if (!sample.expected_err.empty()) tested.bad_cases.push_back(sample.name);
        }
        tested.samples.push_back(kit::runSample(*source.adapter, sample));
        const auto message = options.without_generated ? std::nullopt : readFile(sample.input_path);
        if (!message) continue;
        const auto outcome = kit::adaptSample(*source.adapter, *message, sample.context);
        const bool mixed = outcome.failed > 0 || outcome.ignored > 0;
        tested.mixed += outcome.records > 0 && mixed ? 1 : 0;
        if (outcome.records == 0 || mixed) continue;
        for (auto& one :
             kit::runGeneratedCases(*source.adapter, source.manifest, *message, sample.context, intake::comesTwice))
            tested.generated.emplace_back(sample.name, std::move(one));
    }
    return tested;
}

void writeTested(Writer& out, const std::string& id, const Tested& tested) {
    out.StartObject();
    json::writeText(out, "source", id);
    out.Key("passed");
    out.Bool(tested.passed());
    out.Key("cases");
    out.StartArray();
    for (const auto& sample : tested.samples) {
        out.StartObject();
        json::writeText(out, "name", sample.name);
        out.Key("passed");
        out.Bool(sample.passed);
        out.Key("reviewed");
        out.Bool(sample.reviewed);
        json::writeTexts(out, "differences", sample.differences);
        out.EndObject();
    }
    for (const auto& [from, one] : tested.generated) {
        out.StartObject();
        json::writeText(out, "name", from + "/" + one.name);
        out.Key("passed");
        out.Bool(one.problem.empty());
        out.Key("skipped");
        out.Bool(one.skipped);
        json::writeTexts(
            out, "differences",
            one.problem.empty() ? std::vector<std::string>{} : std::vector<std::string>{one.problem}
        );
        out.EndObject();
    }
    out.EndArray();
    out.EndObject();
}

void printTested(const std::string& id, const Tested& tested) {
    std::size_t unreviewed = 0, passed = 0, run = 0;
    for (const auto& sample : tested.samples) {
        passed += sample.passed ? 1 : 0;
        unreviewed += sample.reviewed ? 0 : 1;
        if (sample.passed) continue;
        std::cout << "FAIL " << id << "/" << sample.name << '\n';
        for (const auto& difference : sample.differences)
            std::cout << "     " << difference << '\n';
    }
    for (const auto& [from, one] : tested.generated) {
        run += one.skipped ? 0 : 1;
        if (!one.problem.empty())
            std::cout << "FAIL " << id << "/" << from << "/" << one.name << "\n     " << one.problem
                      << '\n';
    }
    for (const auto& name : tested.bad_cases)
        std::cout << "accepted as a bad case 认作坏样例: " << id << "/" << name << " (expected.err)\n";
    std::cout << id << ": " << passed << " of " << tested.samples.size() << " samples hold, " << run
              << " generated cases ran";
    if (unreviewed > 0) std::cout << ", " << unreviewed << " not reviewed yet";
    std::cout << '\n';
    if (tested.generated.empty() && tested.mixed > 0)
        std::cout << "     cases are generated from a sample whose items all become records; each of these has one that is ignored or fails\n"
                     "     自动样例只由全部条目均成记录的样例生成,现有样例均含被忽略或失败的条目\n";
}

void writeReviewed(const AdapterOptions& options, const kit::SampleCase& sample) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    json::writeText(out, "source", options.source);
    json::writeText(out, "case", sample.name);
    json::writeText(out, "reviewed_by", options.reviewer);
    json::writeTextIfAny(out, "expected_error", sample.expected_err);
    // Somebody may have written it by hand.
    if (const auto& expected = sample.expected_json; json::parse(expected).ok()) {
        out.Key("expected");
        out.RawValue(expected.data(), expected.size(), rapidjson::kObjectType);
    } else {
        json::writeTextIfAny(out, "expected_text", expected);
    }
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

/// Runs `each` for every source, prints what it wrote as one JSON list where asked; the worst exit
/// code.
int forEach(
    const AdapterOptions& options, const std::function<int(const std::string&, Writer*)>& each
) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartArray();
    const auto names = sourceNames(options);
    if (names.empty()) {
        std::cerr << "no sources below 没有来源 " << sourcesOf(options) << '\n';
        return kExitData;
    }
    int worst = kExitOk;
    for (const auto& name : names)
        worst = std::max(worst, each(name, options.json ? &out : nullptr));
    out.EndArray();
    if (options.json) std::cout << buffer.GetString() << '\n';
    return worst;
}

}  // namespace

int listAdapters(const AdapterOptions& options) {
    Table table{
        {"source", "title", "product", "lifecycle", "mode", "format", "samples", "reviewed",
         "grade", "version"},
        {}};
    const int code = forEach(options, [&](const std::string& name, Writer* out) {
        const auto source = load(options, name);
        if (!source) return refuse(source.error());
        const auto& manifest = source->manifest.manifest;
        const auto samples = kit::findSamples(sourcesOf(options), name);
        const std::size_t count = samples ? samples->size() : 0;
        const auto reviewed = samples ? std::count_if(
                                            samples->begin(), samples->end(),
                                            [](const auto& s) { return !s.reviewed_by.empty(); }
                                        )
                                      : 0;
        const auto grade = gradeSource({.deployment = options.deployment, .adapters = options.directory}, name);
        const std::vector<std::string> cells = {
            name,
            manifest.title,
            manifest.product,
            kit::lifecycleName(manifest.lifecycle),
            kit::integrationModeName(manifest.mode),
            kit::formatName(manifest.decode.format),
            std::to_string(count),
            std::to_string(reviewed),
            grade.ok() ? kit::gradeName(grade->grade) : "?",
            source->adapter->version()};
        if (out == nullptr) {
            table.rows.push_back(cells);
        } else {
            out->StartObject();
            for (std::size_t i = 0; i < cells.size(); ++i)
                json::writeText(*out, table.header[i].c_str(), cells[i]);
            out->EndObject();
        }
        return static_cast<int>(kExitOk);
    });
    if (!options.json && !table.rows.empty()) print(std::cout, table);
    return code;
}

int showAdapter(const AdapterOptions& options) {
    const auto source = load(options, options.source);
    if (!source) return refuse(source.error());
    if (options.json) {
        std::cout << kit::effectiveJson(source->tree) << '\n';
        return kExitOk;
    }
    if (options.effective) {
        std::cout << kit::effectiveText(source->tree);
        return kExitOk;
    }
    const auto& manifest = source->manifest.manifest;
    std::cout << manifest.id << "  " << printable(manifest.title) << "\nproduct "
              << manifest.product << " " << manifest.product_version << "\nlifecycle "
              << kit::lifecycleName(manifest.lifecycle) << ", "
              << kit::integrationModeName(manifest.mode) << "\nowner "
              << printable(
                     manifest.owner.unit + " " + manifest.owner.person + " " + manifest.owner.phone
                 )
              << "\nversion " << source->adapter->version() << "\n\n";
    Table table{{"section", "kind", "field", "from", "rule"}, {}};
    for (const auto& record : source->manifest.mapping.records) {
        for (const auto& row : record.rows) {
            std::string from;
            for (const auto& value : row.from) from += (from.empty() ? "" : ", ") + value.text;
            if (from.empty()) from = "\"" + row.fallback + "\"";
            const std::string field =
                row.field->name + (row.map_name.empty() ? "" : "/" + row.map_name);
            table.rows.push_back(
                {record.name, ticket::kindRow(record.kind).name, field, from, row.rule}
            );
        }
    }
    print(std::cout, table);
    return kExitOk;
}

int testAdapters(const AdapterOptions& options) {
    return forEach(options, [&](const std::string& name, Writer* out) {
        const auto source = load(options, name);
        if (!source) return refuse(source.error());
        const auto tested = test(options, *source);
        if (!tested) return refuse(tested.error());
        if (out != nullptr)
            writeTested(*out, name, *tested);
        else
            printTested(name, *tested);
        if (tested->samples.empty()) {
            std::cerr << name << ": no such case 没有样例\n";
            return static_cast<int>(kExitData);
        }
        return static_cast<int>(tested->passed() ? kExitOk : kExitFound);
    });
}

int reviewAdapterCase(const AdapterOptions& options) {
    const auto samples = kit::findSamples(sourcesOf(options), options.source);
    if (!samples) return refuse(samples.error());
    const auto found = std::find_if(samples->begin(), samples->end(), [&](const auto& s) {
        return s.name == options.sample_case;
    });
    if (found == samples->end()) {
        std::cerr << "no such case 没有该样例: " << options.sample_case << '\n';
        return kExitData;
    }
    const auto today = base::toCivil(base::SystemClock().nowMillis(), base::kShanghaiOffsetSeconds);
    const auto status =
        kit::reviewSample(*found, options.reviewer, base::formatCivil(today, "%Y-%m-%d"));
    if (!status) return refuse(status.error());
    if (options.json) {
        writeReviewed(options, *found);
    } else {
        std::cout << (found->expected_json.empty() ? found->expected_err : found->expected_json);
    }
    std::cerr << options.source << "/" << found->name << " reviewed by "
              << options.reviewer << '\n';
    return kExitOk;
}

int lintAdapters(const AdapterOptions& options) {
    const auto trust = partnersFor(options);
    if (!trust.ok()) return reportError(trust.error());
    return forEach(options, [&](const std::string& name, Writer* out) {
        const auto source = load(options, name);
        if (!source) return refuse(source.error());
        auto found = kit::lint(source->manifest);
        if (const auto samples = kit::findSamples(sourcesOf(options), name); samples) {
            for (const auto& sample : *samples) {
                if (sample.expected_json.empty() && sample.expected_err.empty())
                    found.push_back(
                        "tests/" + sample.name + ": expects nothing yet: yht adapters test " + name + " --case " + sample.name + " --accept"
                    );
                else if (sample.reviewed_by.empty())
                    found.push_back(
                        "tests/" + sample.name + ": nobody has reviewed what it expects"
                    );
            }
            if (samples->empty()) found.push_back("tests: there is no sample case");
        }
        const auto why = *trust == nullptr ? "" : lacksSpeaker(source->adapter->manifest(), **trust);
        if (!why.empty()) found.push_back("pull: " + why);
        if (out != nullptr) {
            out->StartObject();
            json::writeText(*out, "source", name);
            json::writeTexts(*out, "findings", found);
            out->EndObject();
        } else {
            for (const auto& one : found) std::cout << name << ": " << one << '\n';
        }
        return static_cast<int>(found.empty() ? kExitOk : kExitFound);
    });
}

}  // namespace yht::app
