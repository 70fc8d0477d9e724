// Numbers stand first and words last, so that columns line up whatever the width of the characters.
#include "tools/ledger-verify/report_text.h"

#include <iomanip>

#include "gateway/base/text.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"

namespace yht::ledger_verify {
namespace {

struct Row {
    const char* name;
    const char* what;
    ledger::EvidenceCount ledger::EvidenceReport::*count;
};
constexpr Row kRows[] = {
    {"leaves", "leaves readable, numbers in order 叶可读、序号连续",
     &ledger::EvidenceReport::leaves},
    {"commitments", "payloads are what the leaf commits to 内容与承诺一致",
     &ledger::EvidenceReport::commitments},
    {"second_digests", "likewise by SM3, where leaves have it 国密摘要(SM3)承诺一致",
     &ledger::EvidenceReport::second_digests},
    {"tree", "roots, paths and consistency proofs 根、包含证明、一致性证明",
     &ledger::EvidenceReport::tree},
    {"checkpoints", "checkpoints signed by the log key 检查点签名",
     &ledger::EvidenceReport::checkpoints},
    {"digests", "message bodies are what the sender signed 报文与所签摘要一致",
     &ledger::EvidenceReport::digests},
    {"signatures", "messages signed by the sender's certificate 报文签名",
     &ledger::EvidenceReport::signatures},
    {"kept", "checkpoints that you kept 您留存的检查点", &ledger::EvidenceReport::kept},
    {"file", "end of the file: range, count, digest 文件末尾", &ledger::EvidenceReport::file},
};

const char* scopeName(ledger::EvidenceScope scope) {
    switch (scope) {
        case ledger::EvidenceScope::Whole:
            return "whole";
        case ledger::EvidenceScope::Range:
            return "range";
        case ledger::EvidenceScope::Ticket:
            return "ticket";
    }
    return "";
}

/// Whatever stands in the file can't move a terminal, nor pretend to be another line.
std::string printable(std::string_view text) {
    std::string shown;
    for (const char c : text) shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    return base::countCodePoints(shown) && !base::hasControlCharacters(shown) ? shown
                                                                              : base::toHex(text);
}

void printClaim(std::ostream& out, const ledger::EvidenceReport& report) {
    const auto& head = report.head;
    switch (head.scope) {
        case ledger::EvidenceScope::Whole:
            out << "whole ledger 全部账本, seq 1 to " << head.to;
            break;
        case ledger::EvidenceScope::Range:
            out << "range 范围, seq " << head.from << " to " << head.to;
            break;
        case ledger::EvidenceScope::Ticket:
            out << "ticket 工单 " << printable(head.ticket_no);
            break;
    }
    out << ", exported 导出于 " << base::formatRfc3339(head.exported_ms) << '\n';
    out << "log 账本 " << printable(report.origin) << ", " << report.tree_size
        << " entries when exported 导出时条目数, root 根 " << base::toHex(report.root) << '\n';
    if (report.last_seq > 0) {
        out << "entries 条目 seq " << report.first_seq << " ("
            << base::formatRfc3339(report.first_committed_ms) << ") to " << report.last_seq << " ("
            << base::formatRfc3339(report.last_committed_ms) << ")\n";
    }
    if (report.log_key_given) {
        out << "log key 日志公钥: the one that you gave 由您给定\n";
    } else {
        out << "log key 日志公钥: " << printable(head.verifier_key)
            << "\n  It came with the file, which anybody could have made: compare it with the one "
               "that was published, or give\n"
               "  it with --log-key. 此公钥取自文件本身,请与公布的公钥核对,或用 --log-key 给定。\n";
    }
}

void printNotes(std::ostream& out, const ledger::EvidenceReport& report) {
    if (report.erased > 0)
        out << report.erased << " payloads erased, leaves in place 内容已依法删除,叶仍在\n";
    if (report.left_out > 0)
        out << report.left_out << " payloads left out of the file 文件未含内容\n";
    if (report.without_certificate > 0) {
        out << report.without_certificate
            << " signed messages whose certificate is not in the file: their signatures were NOT "
               "checked 缺少发送方证书,签名未核验\n";
    }
    if (report.unsigned_messages > 0)
        out << report.unsigned_messages << " messages of a form without signature 无签名的报文\n";
    for (const auto size : report.kept_outside) {
        out << "the checkpoint of " << size
            << " entries that you kept can't be compared: its end is not in this file "
               "留存检查点超出本文件范围\n";
    }
    if (report.head.scope == ledger::EvidenceScope::Ticket) {
        out << "That the ticket has no other entries is not shown by a ticket's file. "
               "单张工单的文件不能证明没有其他条目。\n";
    }
}

void member(std::string& out, const char* name, const std::string& text) {
    out += ",\"" + std::string(name) + "\":";
    json::appendCanonicalString(out, printable(text));
}
void member(std::string& out, const char* name, std::uint64_t value) {
    out += ",\"" + std::string(name) + "\":" + std::to_string(value);
}

}  // namespace

void print(std::ostream& out, const ledger::EvidenceReport& report) {
    printClaim(out, report);
    out << "\n   checked     differ\n";
    for (const auto& row : kRows) {
        const auto& count = report.*row.count;
        out << std::setw(10) << count.checked << ' ' << std::setw(10) << count.differ << "   "
            << row.what << '\n';
    }
    out << '\n';
    printNotes(out, report);
    if (report.difference_count == 0) {
        out << "everything fits 全部一致\n";
        return;
    }
    out << report.difference_count << " differences 处不一致:\n";
    for (const auto& one : report.differences) {
        out << "  " << (one.seq == 0 ? std::string("file 文件") : "seq " + std::to_string(one.seq))
            << ": " << one.what << ": expected 应为 " << printable(one.expected) << ", found 实为 "
            << printable(one.found) << '\n';
    }
}

void printJson(std::ostream& out, const ledger::EvidenceReport& report) {
    std::string text =
        std::string("{\"verdict\":\"") + (report.difference_count == 0 ? "fits" : "differs") + '"';
    member(text, "scope", std::string(scopeName(report.head.scope)));
    member(text, "from", report.head.from);
    member(text, "to", report.head.to);
    member(text, "ticket_no", report.head.ticket_no);
    member(text, "origin", report.origin);
    member(text, "tree_size", report.tree_size);
    member(text, "root", base::toHex(report.root));
    member(text, "log_key", report.head.verifier_key);
    member(text, "log_key_from", std::string(report.log_key_given ? "you" : "file"));
    for (const auto& row : kRows) {
        const auto& count = report.*row.count;
        text += std::string(",\"") + row.name + "\":{\"checked\":" + std::to_string(count.checked) +
                ",\"differ\":" + std::to_string(count.differ) + '}';
    }
    member(text, "erased", report.erased);
    member(text, "left_out", report.left_out);
    member(text, "without_certificate", report.without_certificate);
    member(text, "unsigned_messages", report.unsigned_messages);
    member(text, "kept_not_compared", report.kept_outside.size());
    member(text, "difference_count", report.difference_count);
    text += ",\"differences\":[";
    for (const auto& one : report.differences) {
        if (text.back() != '[') text += ',';
        text += "{\"seq\":" + std::to_string(one.seq);
        member(text, "what", one.what);
        member(text, "expected", one.expected);
        member(text, "found", one.found);
        text += '}';
    }
    out << text << "]}\n";
}

}  // namespace yht::ledger_verify
