# SPDX-License-Identifier: MIT
# What a user includes must not need libraries that the user may not have (the test kit needs GoogleTest),
# and what a user links must not define names of libraries that the user may have in another version.
file(GLOB_RECURSE headers ${PREFIX}/include/*.h)
foreach(header IN LISTS headers)
  file(STRINGS ${header} found REGEX "# *include *<(nlohmann|boost|spdlog|fmt|CLI)/")
  if(found)
    message(SEND_ERROR "${header}: ${found}")
  endif()
endforeach()

file(GLOB archives ${PREFIX}/lib*/libberth_*.a)
foreach(archive IN LISTS archives)
  execute_process(COMMAND ${NM} --defined-only ${archive} OUTPUT_VARIABLE names ERROR_QUIET
                  COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "_ZN?[VK]*(5boost|6spdlog|3fmt|3CLI)[^\n]*" found "${names}")
  if(found)
    message(SEND_ERROR "${archive} defines: ${found}")
  endif()
endforeach()
