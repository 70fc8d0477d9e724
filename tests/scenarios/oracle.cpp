#include "tests/scenarios/oracle.h"

#include <poll.h>

#include <set>

#include "gateway/ledger/format/receipt.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using Broken = std::vector<std::string>;

constexpr int kAgainMs = 5;

void checkReceipts(Federation& federation, const Acknowledgements& acknowledged, Broken& broken) {
    const auto printed = json::parse(federation.yht({"ledger", "checkpoint", "--json"}).output);
    const auto key = printed.ok() ? ledger::parseVerifierKey(textMember(*printed, "verifier_key"))
                                  : base::Result<std::pair<std::string, crypto::PublicKey>>(printed.error());
    if (!key.ok()) {
        broken.push_back("no checkpoint can be read");
        return;
    }
    std::set<std::uint64_t> seqs;
    for (const auto& [ref, one] : acknowledged) {
        const auto receipt = ledger::decodeReceipt(one.receipt);
        if (!receipt.ok() || !ledger::verifyReceipt(*receipt, key->first, key->second, nullptr).ok()) {
            broken.push_back(ref + ": its receipt does not verify");
            continue;
        }
        if (!seqs.insert(receipt->seq).second) broken.push_back(ref + ": shares its entry with another record");
        if (one.ticket_no != receipt->ticket_no) broken.push_back(ref + ": its receipt names another ticket");
    }
}

void checkTickets(Federation& federation, const Acknowledgements& acknowledged, Broken& broken) {
    std::map<std::string, std::string> named;
    const auto listed = federation.tickets();
    for (const auto& ticket : listed.GetArray()) {
        for (const auto& name : json::findMember(ticket, "names")->GetArray()) {
            named[name.GetString()] = textMember(ticket, "ticket_no");
        }
    }
    for (const auto& [ref, one] : acknowledged) {
        const auto found = named.find(ref.substr(0, ref.rfind('-')) + "/" + ref);
        if (found == named.end()) {
            broken.push_back(ref + ": lost");
        } else if (found->second != one.ticket_no) {
            broken.push_back(ref + ": is another ticket than was acknowledged");
        }
    }
}

/// One more record, and the wait until the province has it: entries are routed in their order, so all before it are too.
void postLast(Federation& federation, AcknowledgementLog& log) {
    auto client = federation.partner("hotline-12315");
    const std::string ref = "zz-12315-last";
    const auto reply = client.post("/v1/records", appeal("zz-12315", ref));
    const auto document = reply.json();
    const auto ticket_no = document.IsObject() ? textMember(document, "ticket_no") : "";
    if (reply.status != 201 || ticket_no.empty()) {
        log.addRefusal(ref, reply);
        return;
    }
    log.add(ref, {ticket_no, json::canonical(*json::findMember(document, "receipt"))});
    federation.waitUntil("the last record is at the province", [&] {
        return federation.askProvince("/records?ticket=" + ticket_no).body.find("\"SQ\"") != std::string::npos;
    });
}

void checkProvince(Federation& federation, const Acknowledgements& acknowledged, std::size_t sent_again, Broken& broken) {
    federation.waitUntilDrained();
    const auto stats = federation.askProvince("/stats").json();
    const auto rows = textMember(stats, "rows"), held = textMember(stats, "held");
    const std::string records = std::to_string(acknowledged.size());
    if (held != records) broken.push_back("the province holds " + held + " records of " + records);
    if (rows != std::to_string(acknowledged.size() + sent_again)) {
        broken.push_back("the province took " + rows + " times one of " + records + " records");
    }
    if (const auto crossed = textMember(stats, "crossed"); !crossed.empty()) {
        broken.push_back("crossed at the province: " + crossed);
    }
}

}  // namespace

void AcknowledgementLog::add(const std::string& ref, Acknowledgement acknowledgement) {
    const std::lock_guard lock(mutex_);
    const auto [at, inserted] = all_.try_emplace(ref, acknowledgement);
    if (!inserted && at->second.ticket_no != acknowledgement.ticket_no) {
        contradictions_.push_back(ref + ": acknowledged under two tickets");
    }
}

void AcknowledgementLog::addRefusal(const std::string& ref, const Reply& reply) {
    const std::lock_guard lock(mutex_);
    contradictions_.push_back(ref + ": " + std::to_string(reply.status) + " " + reply.body.substr(0, 200));
}

Acknowledgements AcknowledgementLog::all() const {
    const std::lock_guard lock(mutex_);
    return all_;
}

std::vector<std::string> AcknowledgementLog::contradictions() const {
    const std::lock_guard lock(mutex_);
    return contradictions_;
}

CarefulPartners::CarefulPartners(Federation& federation, AcknowledgementLog& log, Speech speech)
    : federation_(federation), log_(log) {
    threads_.emplace_back([this, speech] { post("hotline-12315", "zz-12315", speech); });
    threads_.emplace_back([this, speech] { post("police-110", "zz-110", speech); });
    threads_.emplace_back([this] { post("media-platform", "zz-media", Speech::Rest); });
}

void CarefulPartners::stop() {
    stopping_ = true;
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void CarefulPartners::post(const std::string& name, const std::string& source, Speech speech) {
    auto client = federation_.partner(name);
    for (int number = 1; !stopping_; ++number) {
        const std::string ref = source + "-" + std::to_string(number);
        while (!postOnce(client, ref, recordOf(ref), speech)) ::poll(nullptr, 0, kAgainMs);
    }
}

std::string CarefulPartners::recordOf(const std::string& ref) {
    const auto dash = ref.rfind('-');
    const auto source = ref.substr(0, dash);
    return appeal(source, ref, {{"version", "1"}, {"title", "第" + ref.substr(dash + 1) + "件 " + source}});
}

/// False: to be sent again.
bool CarefulPartners::postOnce(
    PartnerClient& client, const std::string& ref, const std::string& record, Speech speech
) {
    const auto reply = speech == Speech::Soap ? client.postSoap(record) : client.post("/v1/records", record);
    const bool unsigned_answer = reply.status == 0 && !reply.body.empty();
    if (!unsigned_answer && (reply.status == 0 || reply.status == 503)) return false;
    const auto document = reply.json();
    const auto* receipt = document.IsObject() ? json::findMember(document, "receipt") : nullptr;
    if ((reply.status != 201 && reply.status != 200) || receipt == nullptr) {
        log_.addRefusal(ref, reply);
        return true;
    }
    log_.add(ref, {textMember(document, "ticket_no"), json::canonical(*receipt)});
    return true;
}

std::vector<std::string> brokenPromises(Federation& federation, AcknowledgementLog& log, std::size_t sent_again) {
    Broken broken;
    if (log.all().empty()) broken.push_back("nothing was acknowledged");
    postLast(federation, log);
    const auto acknowledged = log.all();
    for (const auto& line : log.contradictions()) broken.push_back(line);
    checkReceipts(federation, acknowledged, broken);
    checkTickets(federation, acknowledged, broken);
    checkProvince(federation, acknowledged, sent_again, broken);
    if (federation.yht({"ledger", "verify"}).exit_code != 0) broken.push_back("the ledger does not verify");
    return broken;
}

}  // namespace yht::scenarios
