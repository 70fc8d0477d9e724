#include "tests/scenarios/channel_table.h"

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace yht::scenarios {
namespace {

using Patterns = std::vector<std::string>;

struct Channel {
    const char* name;
    Patterns may;   // "tag/what", with *
    Patterns must;  // what it is there for: a channel that is never seen to show anything is not walked
    const char* right_and_reason;
};

const Patterns kNothing{};
/// Ordinary citizens whose tickets everybody who handles them knows, and the caller of a call that belongs to no ticket.
const Patterns kOrdinary{"open/*", "pulled/*", "echo/*", "strange/*"};
const Patterns kCall{"called/phone", "called/name"};
/// The limit of masking: their source has no field for whom they accuse, so that nothing tells that it is a name in their free text.
const Patterns kNamesThatNoFieldTells{"pulled/accused_name", "pulled_secret/accused_name"};
/// What the matter of a secret ticket is about, without which nobody could handle it: the other side, and the place.
const Patterns kMatterOfSecret{"secret/accused_name", "secret/accused_phone", "secret/address", "soap/accused_name", "soap/accused_phone",
                               "soap/address", "pulled_secret/accused_name", "pulled_secret/address"};

Patterns operator+(Patterns left, const Patterns& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

const Channel kChannels[] = {
    // ---- what nobody needs a right for, and what therefore shows nobody
    {"gateway log", kNothing, kNothing, "standard output and error of yht serve"},
    {"syslog", kNothing, kNothing, "authpriv, of gateway and commands"},
    {"metrics", kNothing, kNothing, "/metrics, /healthz, /readyz"},
    {"admin answer", kNothing, kNothing, "the admin listener's refusals"},
    {"rest answer", kNothing, kNothing, "receipts, problem documents"},
    {"soap answer", kNothing, kNothing, "receipts"},
    {"soap fault", kNothing, kNothing, "Faults"},
    {"source answer", kNothing, kNothing, "accounts, items and their errors"},
    {"channel answer", kNothing, kNothing, "what an old system's endpoint answers"},
    {"control answer", kNothing, kNothing, "the control socket, where it refuses"},
    {"command", kNamesThatNoFieldTells, kNothing, "yht without a right to uncover: both forms, standard output and error"},
    {"data directory", kNothing, kNothing, "ledger, write-ahead log, attachments, archive: sealed at rest"},
    {"temporary files", kNothing, kNothing, "what is spilled, gone or kept open"},
    {"backup", kNothing, kNothing, "a copy of the ledger, sealed as it is"},
    {"leaves", kNothing, kNothing, "yht ledger export --without-payloads"},
    {"receipt", kNothing, kNothing, "GET /v1/receipts, /v1/checkpoint, /v1/proof"},
    {"sample case", kNothing, kNothing, "yht adapters record: invented values in their places"},
    // ---- partners
    {"own partner", {"open/*", "secret/*", "soap/*"}, {"open/mobile", "secret/mobile", "soap/id_number"},
     "read_own: tickets that it brought itself, a secret one too"},
    {"unit partner", kOrdinary + kMatterOfSecret, {"open/mobile", "secret/accused_name"}, "read_unit: what was dispatched to it; the citizen of a secret ticket stays unknown"},
    {"other partner", kNothing, kNothing, "no right to any of these tickets"},
    {"city partner", kOrdinary + Patterns{"secret/*", "soap/*", "pulled_secret/*"}, {"secret/mobile"}, "read_city: the centre handles them and calls the citizen back"},
    // ---- deliveries
    {"province", kOrdinary + kCall + Patterns{"secret/accused_name", "secret/accused_phone", "soap/accused_name", "soap/accused_phone", "pulled_secret/accused_name"},
     {"open/mobile", "open/id_number", "secret/accused_name"}, "uploads (上报); of a secret ticket what the matter is about"},
    {"exchange", kOrdinary + kCall + Patterns{"secret/accused_name", "soap/accused_name", "pulled_secret/accused_name"}, {"open/name"}, "the older platform, the same"},
    {"centre", kOrdinary + kCall + Patterns{"secret/*", "soap/*", "pulled_secret/*"}, {"open/mobile", "secret/mobile"}, "mask_secret: false, handles and calls back"},
    {"unit", kOrdinary + kCall + kMatterOfSecret,
     {"open/mobile", "secret/accused_name"}, "承办单位: handles; the citizen of a secret ticket stays unknown (保密)"},
    {"results home", {"pulled/*", "strange/*", "pulled_secret/accused_name", "pulled_secret/address"}, {"pulled/mobile"}, "the source whose ticket it is; its secret ones without the citizen"},
    // ---- uncovered, each with its entry in the ledger
    {"raw item", {"waiting/*"}, {"waiting/mobile"}, "yht quarantine show --raw --why, a second person"},
    {"value in clear", {"pulled/mobile"}, {"pulled/mobile"}, "yht ledger show --why FIELD --clear --reason, a second person"},
    {"evidence", {"*"}, {"open/mobile", "secret/mobile"}, "yht ledger export --why: an auditor's file, a second person"},
};

bool matches(const Patterns& patterns, const std::string& mark) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) { return ::fnmatch(pattern.c_str(), mark.c_str(), 0) == 0; });
}

}  // namespace

void expectOnlyAllowed(const Marks& marks, const std::string& channel, const std::string& where, const std::string& text) {
    const auto row = std::find_if(std::begin(kChannels), std::end(kChannels), [&](const Channel& one) { return one.name == channel; });
    ASSERT_NE(row, std::end(kChannels)) << "no row says what this channel may show: " << channel;
    const auto found = marks.in(text);
    for (const auto& [mark, writing] : found) {
        if (!matches(row->may, mark)) ADD_FAILURE() << channel << " (" << where << ") shows " << mark << ", written " << writing;
    }
    for (const auto& mark : row->must) {
        EXPECT_TRUE(found.contains(mark)) << channel << " (" << where << ") does not show " << mark << ": was it looked at?\n" << text.substr(0, 400);
    }
}

}  // namespace yht::scenarios
