// Ticket numbers (工单编号), read out by telephone: 430200-20190418-0000123-7.
//   ticket_no = region(6) "-" day(8) "-" serial(7) "-" check(1)
// region: of the accepting source, never of the incident. day: Asia/Shanghai, max(last day used,
// now). check: ISO 7064 MOD 11,10 (GB/T 17710) over the 21 digits before it, letters of a region as
// their value mod 10. Uses: base. Used by: ledger/store (gives them out), validate, tools.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yht::ticket {

inline constexpr std::uint32_t kSerialMax = 9'999'999;

/// Serials that one ledger gives out.
struct SerialRange {
    std::uint32_t first, last;
};
inline constexpr SerialRange kLiveSerials{1, 8'999'999};
/// Of the trial ledger (联调): a number that begins its serial with 9 is no citizen's ticket.
inline constexpr SerialRange kTrialSerials{9'000'000, kSerialMax};

struct TicketNumber {
    std::string region;    // six characters
    std::int32_t day = 0;  // shanghaiDay
    std::uint32_t serial = 0;
    bool operator==(const TicketNumber&) const = default;
};

/// ISO 7064 MOD 11,10 check digit over decimal digits. Requires: digits only.
char checkDigit(std::string_view digits);

std::string formatTicketNumber(const TicketNumber& number);
/// nullopt where the form, the date or the check digit is wrong.
std::optional<TicketNumber> parseTicketNumber(std::string_view text);

}  // namespace yht::ticket
