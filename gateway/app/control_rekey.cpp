#include "gateway/app/control_rekey.h"

#include "gateway/json/json.h"
#include "gateway/json/members.h"
#include "gateway/ledger/store/rekey.h"

namespace yht::app {
namespace {

using base::ErrorCode;

// What one call does at most, so that other commands are not kept waiting.
constexpr int kCommitsPerCall = 32;
constexpr std::size_t kFilesPerCall = 200;

/// A ledger and the attachments that are under the same KEK.
struct Book {
    const char* name;
    ledger::Store* store;
    attachments::Store* files;
};

struct Portion {
    ledger::RekeyState state;
    std::uint64_t rewrapped = 0, files = 0, unreadable = 0;
    bool done = false, files_clean = true;
};

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : " ") + name;
    return text;
}

base::Status begin(const Book& book, ControlServices& services, const ControlCall& call) {
    return book.store->run([&](ledger::Transaction& transaction) -> base::Status {
        if (auto begun = transaction.beginRekey(); !begun.ok()) return begun;
        return appendAudit(transaction, services, call);
    });
}

/// Whether no row is left.
base::Result<bool> rekeyRows(const Book& book, Portion& portion) {
    for (int commits = 0; commits < kCommitsPerCall; ++commits) {
        const auto step = ledger::rekeyNext(*book.store);
        if (!step.ok()) return step.error();
        portion.rewrapped += step->rewrapped;
        if (step->done) return true;
    }
    return false;
}

/// Whether no file is left.
base::Result<bool> rekeyFiles(const Book& book, Portion& portion) {
    if (book.files == nullptr) return true;
    const auto rekeyed = book.files->rekey(portion.state.files, kFilesPerCall);
    if (!rekeyed.ok()) return rekeyed.error();
    portion.files = rekeyed->looked;
    portion.rewrapped += rekeyed->rewrapped;
    portion.unreadable = rekeyed->unreadable;
    const auto marked = book.store->run([&](ledger::Transaction& transaction) {
        return transaction.markRekeyedFile(rekeyed->last);
    });
    if (!marked.ok()) return marked.error();
    return rekeyed->done;
}

base::Status end(const Book& book, ControlServices& services, const ControlCall& call, Portion& portion) {
    const ControlRequest told{
        kRekeyLedger,
        {{"former", joined(portion.state.former)}, {"state", "ended"}, {"to", portion.state.kek}},
        call.request.why};
    const auto ended = book.store->run([&](ledger::Transaction& transaction) -> base::Status {
        if (auto done = transaction.endRekey(); !done.ok()) return done;
        return appendAudit(transaction, services, call.as(told));
    });
    if (!ended.ok()) return ended;
    portion.done = true;
    // What stands in the log is under the former KEK; a long reader may keep it there for a while.
    portion.files_clean = book.store->emptyWal().ok();
    return {};
}

base::Status takePortion(const Book& book, ControlServices& services, const ControlCall& call, Portion& portion) {
    if (!portion.state.begun) {
        if (auto begun = begin(book, services, call); !begun.ok()) return begun;
    }
    // Rows go on coming, so files must not wait until a call finds none.
    for (const auto step : {rekeyRows, rekeyFiles}) {
        const auto nothing_left = step(book, portion);
        if (!nothing_left.ok()) return nothing_left.error();
        if (!*nothing_left) return {};
    }
    auto ended = end(book, services, call, portion);
    return !ended.ok() && ended.error().code == ErrorCode::Unavailable ? base::Status() : ended;
}

/// How far it is now; of a rotation that has ended the marks are gone.
void tellProgress(const ledger::RekeyState& now, Portion& portion) {
    portion.state.tickets_last = now.tickets_last;
    portion.state.entries_last = now.entries_last;
    portion.state.tickets = portion.done ? now.tickets_last : now.tickets;
    portion.state.entries = portion.done ? now.entries_last : now.entries;
}

std::string answerOf(const Book& book, const Portion& portion, bool done) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    const auto flag = [&](const char* name, bool value) {
        writer.Key(name);
        writer.Bool(value);
    };
    writer.StartObject();
    flag("done", done);
    json::writeNumber(writer, "entries", portion.state.entries);
    json::writeNumber(writer, "entries_last", portion.state.entries_last);
    json::writeNumber(writer, "files", portion.files);
    flag("files_clean", portion.files_clean);
    writer.Key("former");
    writer.StartArray();
    for (const auto& name : portion.state.former) writer.String(name);
    writer.EndArray();
    json::writeText(writer, "ledger", book.name);
    json::writeNumber(writer, "rewrapped", portion.rewrapped);
    json::writeNumber(writer, "tickets", portion.state.tickets);
    json::writeNumber(writer, "tickets_last", portion.state.tickets_last);
    json::writeNumber(writer, "unreadable", portion.unreadable);
    writer.EndObject();
    return buffer.GetString();
}

base::Error anotherKek(const ControlCall& call, const std::string& in_use) {
    return base::makePublicError(
        ErrorCode::ParameterInvalid,
        "ledger.kek is now " + call.argument("to") + ", but the gateway wraps keys under " + in_use +
            ". Restart it first: it reads its KEKs when it starts.",
        "ledger.kek 现为 " + call.argument("to") + ",而网关仍以 " + in_use + " 加密密钥。请先重启网关,密钥仅在启动时读取。"
    );
}

base::Result<std::string> rekey(ControlServices& services, const ControlCall& call) {
    std::vector<Book> books{{"live", &services.store, services.attachments}};
    if (services.trial_store != nullptr) books.push_back({"trial", services.trial_store, services.trial_attachments});
    std::vector<Portion> portions;
    for (const auto& book : books) {
        auto state = ledger::rekeyState(*book.store);
        if (!state.ok()) return std::move(state).error();
        if (state->kek != call.argument("to")) return anotherKek(call, state->kek);
        portions.push_back({.state = *std::move(state)});
    }
    for (std::size_t i = 0; i < books.size(); ++i) {
        if (!portions[i].state.isWanted()) continue;
        if (auto taken = takePortion(books[i], services, call, portions[i]); !taken.ok()) return std::move(taken).error();
        auto now = ledger::rekeyState(*books[i].store);
        if (!now.ok()) return std::move(now).error();
        tellProgress(*now, portions[i]);
        bool done = portions[i].done;
        for (std::size_t later = i + 1; later < books.size(); ++later) done = done && !portions[later].state.isWanted();
        return answerOf(books[i], portions[i], done);
    }
    const auto noted = services.store.run([&](ledger::Transaction& transaction) {
        return appendAudit(transaction, services, call);
    });
    if (!noted.ok()) return noted.error();
    return answerOf(books.front(), portions.front(), true);
}

}  // namespace

ControlCommand rekeyCommand() {
    return {kRekeyLedger, {"to"}, true, rekey, kSecurityRole};
}

}  // namespace yht::app
