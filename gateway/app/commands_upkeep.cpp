#include "gateway/app/commands_upkeep.h"

#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_ledger.h"
#include "gateway/app/entry_readers.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/terminal.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"
#include "gateway/ledger/store/backup.h"

namespace yht::app {
namespace {

using json::Writer;

/// What ledger/store's functions on a closed ledger want.
struct Closed {
    std::unique_ptr<base::Clock> clock;
    std::unique_ptr<base::Random> random;
    ledger::SqliteStoreOptions options;
};

base::Result<Closed> closedLedger(const std::string& directory) {
    auto config = Config::load(directory);
    if (!config.ok()) return std::move(config).error();
    auto clock = std::make_unique<base::SystemClock>(config->integer("clock.offset_ms"));
    auto random = std::make_unique<base::SystemRandom>();
    auto options = storeOptions(*config, *clock, *random, false);
    if (!options.ok()) return std::move(options).error();
    return Closed{std::move(clock), std::move(random), *std::move(options)};
}

auto progressOf(const CommandOptions& options, const char* what) {
    return [quiet = options.json, what](std::uint64_t done, std::uint64_t all) {
        if (!quiet) std::cerr << '\r' << what << ' ' << done << " / " << all << std::flush;
    };
}

void endProgress(const CommandOptions& options) {
    if (!options.json) std::cerr << '\n';
}

/// {"archives":[{"digest","file","size_bytes"}…],"checkpoint":note,"entries":count,"file":path,"size_bytes":count}
void printCopy(
    const CommandOptions& options, const ledger::BackupReport& report, const std::string& file
) {
    if (!options.json) {
        std::cout << file << ": " << report.entries << " entries 条, " << report.size_bytes
                  << " bytes\n"
                  << report.checkpoint;
        if (!report.archives.empty()) {
            std::cout << "\nNot in it, and part of the ledger: copy these from archive/ too (they never change)\n"
                         "不在副本之内而属于账本,请一并复制 archive/ 中的下列文件(写成后不再变化):\n";
        }
        for (const auto& archive : report.archives) {
            std::cout << "  " << archive.file << "  " << archive.size_bytes << " bytes\n";
        }
        return;
    }
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    writer.Key("archives");
    writer.StartArray();
    for (const auto& archive : report.archives) {
        writer.StartObject();
        json::writeText(writer, "digest", base::toHex(archive.digest));
        json::writeText(writer, "file", archive.file);
        json::writeNumber(writer, "size_bytes", archive.size_bytes);
        writer.EndObject();
    }
    writer.EndArray();
    json::writeText(writer, "checkpoint", report.checkpoint);
    json::writeNumber(writer, "entries", report.entries);
    json::writeText(writer, "file", file);
    json::writeNumber(writer, "size_bytes", report.size_bytes);
    writer.EndObject();
    std::cout << buffer.GetString() << '\n';
}

/// {"entries":count,"kept_names":count,"mended_leaf_rows":count,"same":flag,"tables":[{"name","rows","rows_before","same"}…]}
std::string rebuildJson(const ledger::RebuildReport& report) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    json::writeNumber(writer, "entries", report.entries);
    json::writeNumber(writer, "kept_names", report.kept_names);
    json::writeNumber(writer, "mended_leaf_rows", report.mended_leaf_rows);
    writer.Key("same");
    writer.Bool(report.same());
    writer.Key("tables");
    writer.StartArray();
    for (const auto& table : report.tables) {
        writer.StartObject();
        json::writeText(writer, "name", table.name);
        json::writeNumber(writer, "rows", table.rows);
        json::writeNumber(writer, "rows_before", table.rows_before);
        writer.Key("same");
        writer.Bool(table.same);
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    return buffer.GetString();
}

void printRebuild(const CommandOptions& options, const ledger::RebuildReport& report) {
    if (options.json) {
        std::cout << rebuildJson(report) << '\n';
        return;
    }
    Table table{{"table 表", "rows before 原行数", "rows 现行数", ""}, {}};
    for (const auto& one : report.tables) {
        table.rows.push_back(
            {one.name, std::to_string(one.rows_before), std::to_string(one.rows),
             one.same ? "same 一致" : "mended 已修复"}
        );
    }
    print(std::cout, table);
    std::cout << report.entries << " entries 条; " << report.mended_leaf_rows
              << " leaf rows mended 叶表行已修复; " << report.kept_names
              << " names kept as they were 沿用的编号\n";
}

std::string operatorId() {
    return "uid:" + std::to_string(::geteuid());
}

/// Who holds the ledger when these commands can't have it.
int reportLocked(const base::Error& error) {
    if (error.code != base::ErrorCode::LedgerLocked) return reportError(error);
    return reportError(base::makePublicError(
        error.code,
        "A gateway or another command holds the ledger; stop it first (systemctl stop yihaotong).",
        "网关或其他命令正在使用账本,请先停止(systemctl stop yihaotong)。", error.detail
    ));
}

}  // namespace

int backupLedgerCommand(const CommandOptions& options, const std::string& out) {
    const auto closed = closedLedger(options.directory);
    if (!closed.ok()) return reportError(closed.error());
    const auto report = ledger::backupLedger(closed->options, out, progressOf(options, "pages 页"));
    endProgress(options);
    if (!report.ok()) return reportError(report.error());
    printCopy(options, *report, out);
    return kExitOk;
}

int restoreLedgerCommand(const CommandOptions& options, const std::string& from) {
    const auto closed = closedLedger(options.directory);
    if (!closed.ok()) return reportError(closed.error());
    // Where the disk was lost, its directory was too; what can't be made is said by the restore itself.
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(closed->options.path).parent_path(), ignored);
    const auto report = ledger::restoreLedger(
        closed->options, from, progressOf(options, "pages 页"),
        progressOf(options, "verified 已校验")
    );
    endProgress(options);
    if (!report.ok()) return reportLocked(report.error());
    printCopy(options, *report, closed->options.path);
    if (!options.json) {
        std::cout << "\nIt serves nobody yet. Next: yht ledger reopen --why "
                     "\"…\"\n尚不对外服务,下一步:yht ledger reopen --why \"…\"\n";
    }
    return kExitOk;
}

int reopenLedgerCommand(
    const CommandOptions& options, const std::string& why, std::uint32_t lost_epochs
) {
    auto closed = closedLedger(options.directory);
    if (!closed.ok()) return reportError(closed.error());
    const auto report =
        ledger::reopenLedger(std::move(closed->options), operatorId(), why, lost_epochs);
    if (!report.ok()) return reportLocked(report.error());
    const auto& epoch = report->note.epoch;
    if (!options.json) {
        std::cout << "重新启用 reopened: " << report->note.former_origin << " → " << epoch.origin
                  << " after #" << epoch.after
                  << "\nToday's ticket numbers go on behind 今日工单流水号自此之后: "
                  << epoch.serial_floor
                  << "\nThe configured ledger.origin may stay as it is. 配置项 ledger.origin "
                     "无须修改。\n";
        return kExitOk;
    }
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.StartObject();
    json::writeNumber(writer, "after", epoch.after);
    json::writeText(writer, "former_origin", report->note.former_origin);
    json::writeText(writer, "origin", epoch.origin);
    json::writeNumber(writer, "seq", report->seq);
    json::writeNumber(writer, "serial_floor", epoch.serial_floor);
    writer.EndObject();
    std::cout << buffer.GetString() << '\n';
    return kExitOk;
}

int honourReceiptCommand(
    const CommandOptions& options, const std::string& receipt_path, const std::string& record_path,
    const std::string& why
) {
    const auto receipt = readFile(receipt_path, kControlBytesMax);
    if (!receipt.ok()) return reportError(receipt.error());
    const auto record = readFile(record_path, kControlBytesMax);
    if (!record.ok()) return reportError(record.error());
    const auto answer = command(
        options.directory, {kHonourReceipt, {{"receipt", *receipt}, {"record", *record}}, why}
    );
    if (!answer.ok()) return reportError(answer.error());
    const auto document = json::parse(*answer);
    if (options.json || !document.ok()) {
        std::cout << *answer << '\n';
        return kExitOk;
    }
    const auto text = [&](const char* name) { return json::textMember(*document, name); };
    const auto* was_back = json::findMember(*document, "was_back");
    const bool back = was_back != nullptr && was_back->IsTrue();
    std::cout << (back ? "已在账本中 back already: #" : "已兑现 honoured: #") << text("seq") << ' '
              << text("ticket_no") << "  (" << text("lost_origin") << " #" << text("lost_seq")
              << ")\n";
    return kExitOk;
}

int rebuildLedgerCommand(const CommandOptions& options) {
    const auto closed = closedLedger(options.directory);
    if (!closed.ok()) return reportError(closed.error());
    const auto routes = routesOf(options.directory, options.trial);
    if (!routes.ok()) return reportError(routes.error());
    const auto report = ledger::rebuildLedger(
        closed->options, entryReaders(*routes), progressOf(options, "entries 条")
    );
    endProgress(options);
    if (!report.ok()) return reportLocked(report.error());
    printRebuild(options, *report);
    return report->same() ? kExitOk : kExitFound;
}

}  // namespace yht::app
