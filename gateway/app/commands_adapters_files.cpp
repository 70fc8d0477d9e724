// yht adapters coverage, new and table: the commands that are given files.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "adapters/kit/inbound/code_table_file.h"
#include "adapters/kit/inbound/coverage.h"
#include "adapters/kit/inbound/draft.h"
#include "adapters/kit/inbound/samples.h"
#include "gateway/app/command_line.h"
#include "gateway/app/commands_adapters.h"
#include "gateway/app/terminal.h"
#include "gateway/base/clock.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

constexpr std::uintmax_t kMessageBytesMax = 256U << 20;

using json::Writer;

int refuse(const base::Error& error) {
    std::cerr << base::errorRow(error.code).zh << " " << base::errorRow(error.code).en << '\n'
              << error.detail << '\n';
    return error.code == base::ErrorCode::ManifestInvalid ? kExitConfig : kExitData;
}

std::optional<std::string> readMessage(const std::string& path) {
    std::error_code code;
    if (std::filesystem::file_size(path, code) > kMessageBytesMax || code) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return std::nullopt;
    return text.str();
}

void printCoverage(const kit::Coverage& coverage, bool json) {
    if (json) {
        rapidjson::StringBuffer buffer;
        Writer out(buffer);
        out.StartObject();
        json::writeNumber(out, "items", coverage.items());
        json::writeCounts(out, "unknown_members", coverage.unknownMembers());
        json::writeCounts(out, "unmapped_codes", coverage.unmappedCodes());
        json::writeTexts(out, "idle_vocabulary_rows", coverage.idleVocabularyRows());
        json::writeTexts(out, "idle_rows", coverage.idleRows());
        out.EndObject();
        std::cout << buffer.GetString() << '\n';
        return;
    }
    std::cout << coverage.items() << " items 条\n";
    const auto counts = [](const char* title, const std::map<std::string, std::uint64_t>& all) {
        std::cout << title << ": " << all.size() << '\n';
        for (const auto& [what, count] : all)
            std::cout << "  " << printable(what) << "  ×" << count << '\n';
    };
    const auto texts = [](const char* title, const std::vector<std::string>& all) {
        std::cout << title << ": " << all.size() << '\n';
        for (const auto& what : all) std::cout << "  " << printable(what) << '\n';
    };
    counts("members that no rule reads 未读取的字段", coverage.unknownMembers());
    counts("native codes without a row 未对照的代码", coverage.unmappedCodes());
    texts("vocabulary rows never hit 未用到的对照行", coverage.idleVocabularyRows());
    texts("mapping rows that gave no value 未取到值的映射", coverage.idleRows());
}

void writeDrafted(const kit::DraftWish& wish, const kit::Draft& draft, const std::vector<std::string>& files) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    json::writeText(out, "source", wish.id);
    json::writeText(out, "product", wish.product);
    json::writeTexts(out, "files", files);
    json::writeTexts(out, "guessed", draft.guessed);
    json::writeTexts(out, "not_read", draft.unread);
    json::writeTexts(out, "needs_a_row", draft.unwritten);
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

void printDrafted(const kit::DraftWish& wish, const kit::Draft& draft, const std::vector<std::string>& files) {
    for (const auto& file : files) std::cout << file << '\n';
    for (const auto& guess : draft.guessed)
        std::cout << "  guessed 猜测: " << printable(guess) << '\n';
    for (const auto& path : draft.unread)
        std::cout << "  not read yet 未读取: " << printable(path) << '\n';
    for (const auto& field : draft.unwritten)
        std::cout << "  needs a row 缺少映射: " << field << '\n';
    std::cout << "Next 下一步:\n  yht adapters lint " << wish.id << "\n  yht adapters test " << wish.id
              << " --accept\n";
}

void writeCodeTable(const kit::CodeTableMade& made) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    json::writeText(out, "csv", made.csv);
    json::writeNumber(out, "rows", made.rows);
    json::writeTexts(out, "left_out", made.ambiguous);
    json::writeNumber(out, "rows_without_value", made.incomplete);
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

/// Writes files below `directory`, which must not be there yet. Appends their paths to `written`.
base::Status writeAll(
    const std::string& directory, const std::map<std::string, std::string>& files, std::vector<std::string>& written
) {
    for (const auto& [name, text] : files) {
        const std::filesystem::path path = std::filesystem::path(directory) / name;
        std::error_code code;
        std::filesystem::create_directories(path.parent_path(), code);
        std::ofstream file(path, std::ios::binary);
        file << text;
        file.flush();
        if (!file)
            return base::makeError(
                base::ErrorCode::ManifestInvalid, path.string() + ": can't be written"
            );
        written.push_back(path.string());
    }
    return {};
}

}  // namespace

int coverAdapter(const AdapterOptions& options) {
    const std::string& id = options.source;
    const std::string sources = options.directory + "/sources",
                      products = options.directory + "/products";
    auto adapter = kit::Adapter::load(sources, products, id);
    if (!adapter) return refuse(adapter.error());
    auto tree = kit::readManifestTree(sources, products, id);
    if (!tree) return refuse(tree.error());
    auto manifest = kit::readManifest(*tree, id);
    if (!manifest) return refuse(manifest.error());
    std::vector<std::pair<std::string, kit::MessageContext>> messages;
    for (const auto& file : options.files) {
        kit::MessageContext context;
        context.file_name = std::filesystem::path(file).filename().string();
        context.received_ms = base::SystemClock().nowMillis();
        messages.emplace_back(file, std::move(context));
    }
    if (messages.empty()) {
        auto samples = kit::findSamples(sources, id);
        if (!samples) return refuse(samples.error());
        for (const auto& sample : *samples) messages.emplace_back(sample.input_path, sample.context);
    }
    kit::Coverage coverage(*manifest);
    bool all_read = true;
    for (auto& [file, context] : messages) {
        context.trace = true;
        const auto message = readMessage(file);
        if (!message) {
            std::cerr << file << ": can't be read, or larger than 256 MiB\n";
            return kExitData;
        }
        const auto status = (*adapter)->adapt(*message, context, {}, [&](kit::AdaptedItem&& item) {
            coverage.add(item);
            return true;
        });
        if (!status) std::cerr << file << ": " << base::describe(status.error()) << '\n';
        all_read = all_read && status.ok();
    }
    printCoverage(coverage, options.json);
    // Among the source's own samples are some that nobody can read, on purpose.
    if (!all_read && !options.files.empty()) return kExitData;
    return coverage.unknownMembers().empty() && coverage.unmappedCodes().empty() ? kExitOk
                                                                                 : kExitFound;
}

int newAdapter(const AdapterOptions& options) {
    const std::string& id = options.source;
    const auto sample = readMessage(options.from);
    if (!sample) {
        std::cerr << options.from << ": can't be read, or larger than 256 MiB\n";
        return kExitData;
    }
    kit::DraftWish wish{
        id, options.title.empty() ? id : options.title,
        options.product.empty() ? id : options.product, false};
    const std::string source = options.directory + "/sources/" + id,
                      product = options.directory + "/products/" + wish.product;
    wish.product_exists = std::filesystem::exists(product);
    if (std::filesystem::exists(source)) {
        std::cerr << source << " is there already 已存在\n";
        return kExitData;
    }
    auto draft = kit::draftSource(wish, options.from, *sample);
    if (!draft) return refuse(draft.error());
    std::vector<std::string> written;
    for (const auto& [directory, files] :
         {std::pair{product, &draft->product_files}, std::pair{source, &draft->source_files}}) {
        if (auto status = writeAll(directory, *files, written); !status) return refuse(status.error());
    }
    if (options.json) {
        writeDrafted(wish, *draft, written);
    } else {
        printDrafted(wish, *draft, written);
    }
    return kExitOk;
}

int makeCodeTable(const AdapterOptions& options) {
    const auto list = readMessage(options.from);
    if (!list) {
        std::cerr << options.from << ": can't be read, or larger than 256 MiB\n";
        return kExitData;
    }
    kit::CodeTableWish wish{options.native_column, {}};
    std::istringstream columns(options.canonical_columns);
    for (std::string column; std::getline(columns, column, '/');) wish.canonical.push_back(column);
    const auto made = kit::codeTableFrom(options.from, *list, wish);
    if (!made) {
        refuse(made.error());
        return kExitData;
    }
    if (options.json) {
        writeCodeTable(*made);
    } else {
        std::cout << made->csv;
    }
    for (const auto& native : made->ambiguous)
        std::cerr << "left out, it means several things 有歧义,未收入: " << printable(native) << '\n';
    if (made->incomplete > 0)
        std::cerr << "rows without a value 缺值的行: " << made->incomplete << '\n';
    return made->ambiguous.empty() && made->incomplete == 0 ? kExitOk : kExitFound;
}

}  // namespace yht::app
