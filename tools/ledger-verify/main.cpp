// ledger-verify: checks an evidence file with nothing of the gateway but its formats: no database,
// no network, no key but public ones. Made to be built and run by somebody who does not trust us.
// See README.md.
#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <sstream>

#include "tools/ledger-verify/report_text.h"

namespace {

using namespace yht;

enum Verdict : int { kFits = 0, kDiffers = 1, kUnreadable = 2, kUsage = 64 };

constexpr std::size_t kKeptNoteBytesMax = 64 * 1024;

constexpr const char* kFooter =
    "Examples 示例:\n"
    "  ledger-verify ledger.evidence --log-key 'yihaotong.example/430200+1a2b3c4d+AZ…'\n"
    "  ledger-verify ledger.evidence --kept checkpoint-2019-04.txt --kept checkpoint-2019-05.txt\n"
    "  ledger-verify ticket.evidence --json\n"
    "Exit codes 退出码: 0 everything fits 一致, 1 something differs 不一致, 2 the file can't be "
    "read 无法读取, 64 usage 用法.";

struct Arguments {
    std::string file, log_key;
    std::vector<std::string> kept_files;
    bool json = false;
};

int fail(const base::Error& error) {
    std::cerr << error.public_en << '\n' << error.public_zh << '\n';
    return error.code == base::ErrorCode::ParameterInvalid ? kUsage : kUnreadable;
}

/// The file of a kept checkpoint; nullopt where it can't be one.
std::optional<std::string> readNote(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text(kKeptNoteBytesMax, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text.empty() || !in.eof() ? std::nullopt : std::optional(text);
}

int verify(const Arguments& arguments) {
    ledger::EvidenceCheckOptions options{.log_key = arguments.log_key, .kept_notes = {}};
    for (const auto& path : arguments.kept_files) {
        auto note = readNote(path);
        if (!note) {
            std::cerr << path << ": not a checkpoint 不是检查点文件\n";
            return kUsage;
        }
        options.kept_notes.push_back(*std::move(note));
    }
    bool progress_shown = false;
    if (!arguments.json) {
        options.progress = [&](std::uint64_t entries) {
            progress_shown = true;
            std::cerr << '\r' << entries << " entries 条" << std::flush;
        };
    }
    std::ifstream in(arguments.file, std::ios::binary);
    if (!in) {
        std::cerr << arguments.file << ": can't be opened 无法打开\n";
        return kUnreadable;
    }
    const auto report = ledger::checkEvidence(in, options);
    if (progress_shown) std::cerr << '\n';
    if (!report.ok()) return fail(report.error());
    (arguments.json ? ledger_verify::printJson : ledger_verify::print)(std::cout, *report);
    return report->difference_count == 0 ? kFits : kDiffers;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Checks an evidence file of a Yihaotong ledger, offline. 离线校验一号通账本的证据文件。",
        "ledger-verify"};
    Arguments arguments;
    app.add_option("file", arguments.file, "Made by yht ledger export 由 yht ledger export 导出")
        ->required();
    app.add_option(
        "--log-key", arguments.log_key,
        "The log's verifier key as it was published 公布的日志验证公钥"
    );
    app.add_option(
        "--kept", arguments.kept_files,
        "A checkpoint that you kept from before: nothing before it may have changed "
        "以前留存的检查点"
    );
    app.add_flag("--json", arguments.json, "For machines 机器可读");
    app.footer(kFooter);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kFits : kUsage;
    }
    return verify(arguments);
}
