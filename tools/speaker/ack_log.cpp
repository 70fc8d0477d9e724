#include "tools/speaker/ack_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace yht::speaker {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error("acknowledgement log: " + what + ": " + std::strerror(errno));
}

void member(
    rapidjson::Writer<rapidjson::StringBuffer>& out, const char* name, const std::string& value
) {
    out.Key(name);
    out.String(value);
}

}  // namespace

std::string toLine(const Acknowledgement& ack) {
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> out(text);
    out.StartObject();
    member(out, "source", ack.source);
    member(out, "kind", ack.kind);
    member(out, "record_ref", ack.record_ref);
    member(out, "version", ack.version);
    out.Key("status");
    out.Int(ack.status);
    member(out, "verdict", ack.verdict);
    member(out, "ticket_no", ack.ticket_no);
    member(out, "seq", ack.seq);
    member(out, "receipt", ack.receipt_digest);
    out.Key("verified");
    out.Bool(ack.verified);
    if (!ack.problem.empty()) member(out, "problem", ack.problem);
    if (!ack.problem_fields.empty()) {
        out.Key("fields");
        out.StartArray();
        for (const auto& field : ack.problem_fields) out.String(field);
        out.EndArray();
    }
    out.EndObject();
    return text.GetString();
}

AckLog::AckLog(const std::string& path) {
    if (path.empty()) return;
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file_ < 0) fail("open " + path);
}

AckLog::~AckLog() {
    if (file_ >= 0) ::close(file_);
}

void AckLog::append(const std::vector<Acknowledgement>& acknowledgements) {
    if (file_ < 0) return;
    std::string lines;
    for (const auto& ack : acknowledgements) lines += toLine(ack) + "\n";
    const std::scoped_lock lock(mutex_);
    for (std::size_t done = 0; done < lines.size();) {
        const ssize_t written = ::write(file_, lines.data() + done, lines.size() - done);
        if (written < 0 && errno != EINTR) fail("write");
        if (written > 0) done += static_cast<std::size_t>(written);
    }
    if (::fdatasync(file_) != 0) fail("fdatasync");
}

}  // namespace yht::speaker
