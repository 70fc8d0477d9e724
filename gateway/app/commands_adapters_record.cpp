#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <utility>

#include "adapters/kit/inbound/invented.h"
#include "adapters/kit/inbound/one_item.h"
#include "adapters/kit/inbound/sample_mask.h"
#include "adapters/kit/inbound/samples.h"
#include "gateway/app/command_line.h"
#include "gateway/app/commands_adapters_work.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/readapting.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

struct Recorded {
    std::string message;
    kit::MessageContext context;
};

base::Error wrong(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::ParameterInvalid, en, zh);
}

base::Result<Recorded> fromFile(const std::string& path) {
    std::ostringstream content;
    if (path == "-") {
        content << std::cin.rdbuf();
    } else {
        std::error_code failed;
        std::ifstream file(path, std::ios::binary);
        if (!file || fs::file_size(path, failed) > kit::kRecordedBytesMax)
            return wrong(path + ": can't be read, or is larger than 1 MiB", path + ":无法读取或超过 1 MiB");
        content << file.rdbuf();
    }
    Recorded recorded{std::move(content).str(), {}};
    recorded.context.received_ms = base::SystemClock().nowMillis();
    if (path != "-") recorded.context.file_name = fs::path(path).filename().string();
    return recorded;
}

/// Of an item in quarantine that item alone, of a message all of it.
base::Result<Recorded> fromLedger(const WorkOptions& options, const kit::DecodeRules& rules, ledger::View& view) {
    ledger::Seq seq = options.message;
    std::optional<std::uint64_t> item;
    Recorded recorded;
    if (options.quarantined != 0) {
        const auto row = view.quarantined(options.quarantined);
        if (!row || row->source != options.source)
            return wrong("There is no such item of this source in quarantine.", "隔离区中没有此来源的该条目。");
        seq = row->message_seq;
        recorded.context.content_type = row->content_type;
        item = row->item_index;
    }
    auto message = keptMessage(view, seq);
    if (!message.ok()) return std::move(message).error();
    if (message->header.adapter != options.source)
        return wrong("That message is not of this source.", "该报文不属于此来源。");
    const std::string row_content_type = std::exchange(recorded.context, message->context).content_type;
    if (!row_content_type.empty()) recorded.context.content_type = row_content_type;
    recorded.context.file_name = kit::Inventions().withoutNumbersOfPersons(recorded.context.file_name);
    recorded.message = std::move(message->body);
    if (!item) return recorded;
    auto one = kit::oneItemOf(rules, recorded.message, *item);
    if (!one.ok()) return std::move(one).error();
    recorded.message = *std::move(one);
    return recorded;
}

base::Result<Recorded> recordedOf(const WorkOptions& options, const kit::DecodeRules& rules) {
    if (options.quarantined == 0 && options.message == 0) {
        if (options.files.size() != 1) return wrong("Say which message: a file, --message or --quarantine.", "请指明报文:文件、--message 或 --quarantine。");
        return fromFile(options.files.front());
    }
    if (options.deployment.empty()) return wrong("-c says whose ledger it is.", "请用 -c 指明部署目录。");
    base::Result<Recorded> recorded = base::makeError(ErrorCode::NotFound);
    const int code = withLedger(options.deployment, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) recorded = std::move(snapshot).error();
        else recorded = fromLedger(options, rules, **snapshot);
        return kExitOk;
    });
    if (code != kExitOk) return base::makeError(ErrorCode::NotReady, "the ledger");
    return recorded;
}

const char* endingOf(kit::Format format) {
    switch (format) {
        case kit::Format::Json:
            return "json";
        case kit::Format::Xml:
        case kit::Format::SoapString:
            return "xml";
        case kit::Format::Csv:
            return "csv";
        case kit::Format::Tsv:
            return "tsv";
        case kit::Format::Dbf:
            return "dbf";
        default:
            return "dat";
    }
}

std::string freeName(const fs::path& tests, const std::string& wanted) {
    if (!wanted.empty()) return wanted;
    for (int number = 1;; ++number) {
        std::string name = "recorded_" + std::to_string(number);
        if (!fs::exists(tests / name)) return name;
    }
}

bool isCaseName(const std::string& name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-';
    });
}

std::string settingsOf(const kit::MessageContext& context) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> out(buffer);
    out.StartObject();
    json::writeTextIfAny(out, "content_type", context.content_type);
    json::writeTextIfAny(out, "file_name", context.file_name);
    json::writeTextIfAny(out, "origin", context.origin);
    json::writeTextIfAny(out, "now", base::formatRfc3339(context.received_ms));
    out.EndObject();
    return std::string(buffer.GetString()) + "\n";
}

base::Status writeCase(const fs::path& directory, const kit::MaskedSample& sample, const Recorded& recorded, const char* ending) {
    std::error_code failed;
    if (fs::exists(directory, failed)) return wrong(directory.string() + " is there already", directory.string() + " 已存在");
    fs::create_directories(directory, failed);
    const auto write = [&](const std::string& name, const std::string& text) {
        std::ofstream file(directory / name, std::ios::binary);
        file << text;
        return static_cast<bool>(file.flush());
    };
    if (write(std::string("input.") + ending, sample.message) && write("case.json", settingsOf(recorded.context))) return {};
    return base::makeError(ErrorCode::IoFailed, directory.string());
}

void tell(const WorkOptions& options, const std::string& name, const fs::path& directory, const kit::MaskedSample& sample) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> out(buffer);
    if (options.json) {
        out.StartObject();
        json::writeText(out, "case", name);
        json::writeText(out, "directory", directory.string());
        for (const auto& [key, paths] : {std::pair{"masked", &sample.masked}, std::pair{"kept", &sample.kept}}) {
            out.Key(key);
            out.StartArray();
            for (const auto& path : *paths) out.String(path);
            out.EndArray();
        }
        out.EndObject();
        std::cout << buffer.GetString() << '\n';
        return;
    }
    std::cout << directory.string() << '\n';
    for (const auto& path : sample.masked) std::cout << "  masked 已脱敏: " << printable(path) << '\n';
    for (const auto& path : sample.kept) std::cout << "  kept, look at it 保留原文,请核对: " << printable(path) << '\n';
    std::cout << "Next 下一步:\n  yht adapters test " << options.source << " --case " << name << " --accept\n  yht adapters review "
              << options.source << " " << name << " --by YOURNAME\n";
}

}  // namespace

int recordSample(const WorkOptions& options) {
    const std::string& adapters = options.adaptersDirectory();
    const auto adapter = kit::Adapter::load(adapters + "/sources", adapters + "/products", options.source);
    if (!adapter.ok()) return reportError(adapter.error());
    const auto tree = kit::readManifestTree(adapters + "/sources", adapters + "/products", options.source);
    if (!tree.ok()) return reportError(tree.error());
    const auto manifest = kit::readManifest(*tree, options.source);
    if (!manifest.ok()) return reportError(manifest.error());
    const auto recorded = recordedOf(options, manifest->manifest.decode);
    if (!recorded.ok()) return reportError(recorded.error());
    const auto sample = kit::maskSample(**adapter, *manifest, recorded->message, recorded->context);
    if (!sample.ok()) {
        const int code = reportError(sample.error());
        if (sample.error().code == ErrorCode::ItemUndecodable)
            std::cerr << "此类样例请手工制作 make such a case by hand: sources/" << options.source << "/tests/NAME/input."
                      << endingOf(manifest->manifest.decode.format) << ", 其中人员均为虚构 every person in it invented\n";
        return code;
    }
    const fs::path tests = fs::path(adapters) / "sources" / options.source / "tests";
    const std::string name = freeName(tests, options.case_name);
    if (!isCaseName(name)) return reportError(wrong("A case's name: letters, digits, _ and -.", "样例名称只能用字母、数字、_ 与 -。"));
    const auto written = writeCase(tests / name, *sample, *recorded, endingOf(manifest->manifest.decode.format));
    if (!written.ok()) return reportError(written.error());
    auto told = *sample;
    if (!recorded->context.file_name.empty()) told.kept.push_back("case.json file_name");
    tell(options, name, tests / name, told);
    return kExitOk;
}

}  // namespace yht::app
