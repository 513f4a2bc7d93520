// Requests as a well-behaved client makes them, and the ways in which the tests spoil them. Shares no code
// with the room `carrier`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::simulator::test {

/// What goes into a request. The defaults are the simulator's own account.
struct request_recipe {
    std::string appid = "100001";
    std::string ebid = "2300000000000001";
    std::string password = "simulator";
    std::string time = "20261123224500";
    std::string sequence = "00000001";
    std::string kind = "iccids";  ///< the parameter's name
    std::vector<std::string> cards{"898602B2221430000006"};
};

/// appid, time and sequence.
std::string transid_of(const request_recipe& recipe);

/// Lower-case hex SHA-256 of appid, password and `transid`.
std::string token_of(const request_recipe& recipe, std::string_view transid);

/// "appid=…&transid=…&ebid=…&token=…&iccids=…"
std::string query_of(const request_recipe& recipe);

/// A whole HTTP request by GET.
std::string get_of(const request_recipe& recipe);

/// Eight digits.
std::string sequence_text(unsigned number);

/// `count` ICCIDs out of the formula's domain.
std::vector<std::string> some_iccids(unsigned count);

}  // namespace cardresolver::simulator::test
