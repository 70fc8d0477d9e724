#include <algorithm>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_ledger.h"
#include "gateway/app/evidence_export.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/private_file.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

constexpr std::int64_t kQuietMs = 1000;  // what is done by then needs no progress line
constexpr std::int64_t kProgressEveryMs = 200;

/// "\r3000 / 120000", on standard error, only where it takes a while.
class ProgressLine {
public:
    ProgressLine(const base::Clock& clock, bool wanted)
        : clock_(clock), wanted_(wanted), next_ms_(clock.steadyMillis() + kQuietMs) {}
    ~ProgressLine() {
        if (shown_) std::cerr << '\n';
    }
    void show(std::uint64_t done, std::uint64_t all) {
        if (!wanted_ || clock_.steadyMillis() < next_ms_) return;
        next_ms_ = clock_.steadyMillis() + kProgressEveryMs;
        shown_ = true;
        std::cerr << '\r' << done << " / " << all << " entries 条" << std::flush;
    }

private:
    const base::Clock& clock_;
    const bool wanted_;
    bool shown_ = false;
    std::int64_t next_ms_;
};

/// What of the partners' certificates is still here. A deployment whose partners can't be read
/// exports none.
CertificatesByFingerprint certificatesIn(const std::string& directory) {
    const auto trust = trust::loadTrust(directory);
    if (trust.ok()) return certificatesOf(**trust);
    std::cerr << "no certificates go with the file 文件中不含证书: "
              << base::describe(trust.error()) << '\n';
    return {};
}

base::Result<ExportRequest> requestOf(const ExportOptions& options, OpenedLedger& opened) {
    ExportRequest request{
        .payloads = !options.without_payloads, .now_ms = opened.clock->nowMillis()};
    if (!options.ticket.empty()) {
        auto snapshot = opened.store->snapshot();
        if (!snapshot) return std::move(snapshot).error();
        const auto ticket_no = resolveTicket(**snapshot, options.ticket);
        if (!ticket_no) {
            return base::makePublicError(
                base::ErrorCode::NotFound, "There is no such ticket; yht tickets lists them.",
                "没有这张工单,可用 yht tickets 查看。"
            );
        }
        request.scope = ledger::EvidenceScope::Ticket;
        request.ticket_no = *ticket_no;
    } else if (options.from || options.to) {
        request.scope = ledger::EvidenceScope::Range;
        request.from = options.from.value_or(1);
        request.to = options.to.value_or(0);
        // 0 means "newest" inside; nobody may type it.
        if (options.to == std::uint64_t{0}) request.from = 0;
    }
    return request;
}

/// Who takes what out and why, before anything is taken out. Errors: the command's.
base::Status noteExport(const CommandOptions& options, const ExportOptions& chosen, const ExportRequest& request) {
    const bool ticket = request.scope == ledger::EvidenceScope::Ticket;
    const auto noted = command(
        options.directory, {kExportLedger,
                            {{"from", ticket ? "" : std::to_string(std::max<std::uint64_t>(request.from, 1))},
                             {"payloads", request.payloads ? "yes" : "no"},
                             {"ticket_no", request.ticket_no},
                             {"to", ticket || request.to == 0 ? "" : std::to_string(request.to)}},
                            chosen.why}
    );
    return noted.ok() ? base::Status() : base::Status(noted.error());
}

void printExported(const ExportReport& report, const std::string& file, std::uint64_t bytes) {
    std::cout << file << ": " << report.entries << " entries 条 (" << report.payloads
              << " with payload 含内容, " << report.erased << " erased 已删除, " << report.left_out
              << " left out 未含), " << report.checkpoints << " checkpoints 检查点, "
              << report.certificates << " certificates 证书, " << bytes << " octets 字节\n";
    if (report.certificates_missing > 0) {
        std::cout << report.certificates_missing
                  << " senders' certificates are no longer in the deployment "
                     "有发送方证书已不在部署目录中\n";
    }
    std::cout << "check it 校验: ledger-verify " << file << "\n";
}

void printExportedJson(const ExportReport& report, const std::string& file, std::uint64_t bytes) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    json::writeText(writer, "file", file);
    const std::pair<const char*, std::uint64_t> counts[] = {
        {"from", report.from},
        {"to", report.to},
        {"tree_size", report.tree_size},
        {"entries", report.entries},
        {"payloads", report.payloads},
        {"erased", report.erased},
        {"left_out", report.left_out},
        {"checkpoints", report.checkpoints},
        {"certificates", report.certificates},
        {"certificates_missing", report.certificates_missing},
        {"bytes", bytes}};
    for (const auto& [name, count] : counts) {
        json::writeNumber(writer, name, count);
    }
    writer.EndObject();
    std::cout << buffer.GetString() << '\n';
}

}  // namespace

int exportLedger(const CommandOptions& options, const ExportOptions& chosen) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        auto request = requestOf(chosen, opened);
        if (!request.ok()) return reportError(request.error());
        auto file = PrivateFile::create(chosen.out);
        if (!file.ok()) return reportError(file.error());
        if (const auto noted = noteExport(options, chosen, *request); !noted.ok()) return reportError(noted.error());
        ProgressLine progress(*opened.clock, !options.json);
        EvidenceExport exporting(
            *opened.store, opened.log_key, certificatesIn(options.directory),
            [&](base::BytesView bytes) { return file->append(bytes); },
            [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }
        );
        const auto report = exporting.run(*request);
        if (!report.ok()) return reportError(report.error());
        if (const auto published = file->publish(); !published.ok())
            return reportError(published.error());
        (options.json ? printExportedJson : printExported)(*report, chosen.out, file->size());
        return kExitOk;
    });
}

}  // namespace yht::app
